// Tells soon when something changes below a share's folder: inotify on every folder in it, and one
// call a share once it has been quiet for a moment. What inotify cannot say (too many folders, a
// full queue) is left to the rescans.
// Threads: one thread of its own; the rest is thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "transfer/swarm/downloads.h"

namespace swapmeet::swarm {

class Watcher {
 public:
  // `touched` gets the share's name, or an empty one: look at all of them. On the watcher's thread.
  Watcher(std::function<void(const std::string& share)> touched, LogFunction log);
  ~Watcher();
  void watch(const std::string& share, const std::string& folder);
  void forget(const std::string& share);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::swarm
