// A terminal that shows frames and sends its keys at once: raw, on its second page. However it is
// left, by a key, a signal or an error, it is as it was before. Drawing sends only what changed, so
// that it works over slow lines.
// Threads: one, but for wake(). One at a time: it has the process's signal handlers.
#pragma once

#include <termios.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/frame.h"
#include "swapmeet/result.h"

namespace swapmeet::cli {

class Screen {
 public:
  struct Size {
    std::size_t width = 0;
    std::size_t height = 0;
  };
  struct Event {
    std::string bytes{};  // that were typed
    bool timed_out = false;
    bool resized = false;  // or somebody else has drawn: draw all
    int ended_by = 0;      // a signal, or SIGHUP when the terminal is gone
  };

  // `unsupported`: standard input or output is no terminal that can do it.
  static Result<std::unique_ptr<Screen>> open();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  Size size() const;
  void draw(const Frame& frame);
  // Until something happens: bytes, a signal, or wake(). `briefly`: not longer than the rest of a
  // key takes to come.
  Event wait(bool briefly);
  // [any thread] wait() returns.
  void wake() const;
  // The terminal is as it was from then on.
  void close() { leave(); }
  // As the terminal's own Ctrl-Z: the program stops, and goes on with a new frame.
  void suspend();

 private:
  Screen() = default;
  Result<void> begin();
  void enter();
  void leave();

  termios before_{};
  std::array<int, 2> pipe_{-1, -1};
  std::vector<std::pair<int, struct sigaction>> handlers_;  // as they were
  std::vector<FrameLine> drawn_;
  bool entered_ = false;
};

}  // namespace swapmeet::cli
