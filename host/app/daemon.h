// A host's way into the background. Whoever typed the command waits until the host is ready, or
// reads on the terminal why it is not: until then the daemon keeps standard error.
// Threads: none may run before detach().
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace swapmeet {

class Daemon {
 public:
  Daemon() = default;
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Forks. In the daemon it returns nullopt. At the terminal it returns when the host is ready or
  // has ended: the exit code. What would end the one that waits there ends the host. `log`: where
  // more is to be read.
  std::optional<int> detach(const std::string& log);
  // Lets the terminal go; nothing when there is none to let go.
  void ready();

 private:
  static int wait_for(pid_t host, int ready, const std::string& log);
  int waiting_ = -1;  // its other end waits
};

}  // namespace swapmeet
