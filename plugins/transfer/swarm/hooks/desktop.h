// Notifications on the person's desktop, by notify-send: a download is done or has failed, somebody
// offers a file. What comes close together is told at once, so that a thousand downloads are not a
// thousand notifications.
// Threads: thread-safe. hear() waits for nothing.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/event.h"
#include "swapmeet/time.h"
#include "transfer/swarm/hooks/hook_runner.h"

namespace swapmeet::transfer_swarm {

// How notify-send is called here. nullopt: not at all, as `choice` says no, or is auto and there is
// no desktop: no session bus, or no notify-send. `yes` needs notify-send alone.
std::optional<HookCommand> desktop_command(const std::string& choice);

class Desktop {
 public:
  static constexpr std::chrono::seconds kPause{5};  // between two notifications
  // The clock and the runner outlive it.
  Desktop(HookRunner& runner, Clock& clock) : runner_(runner), clock_(clock) {}
  void set(std::optional<HookCommand> command);
  void hear(const Event& event);
  void look();  // to be called every second or so

 private:
  struct News {
    std::string headline;
    std::string text;
  };
  HookRunner& runner_;
  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::optional<HookCommand> command_;
  std::optional<Instant> told_;
  std::vector<News> news_;  // the first of them
  std::size_t untold_ = 0;  // all
};

}  // namespace swapmeet::transfer_swarm
