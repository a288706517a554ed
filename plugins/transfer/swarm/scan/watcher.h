// Tells soon when something changes below a share's folder: inotify on every folder in it, and one
// call for each touched folder once it has been quiet for a moment. A share's folder that goes,
// comes back, or is covered by a mount is noticed by a look at it every two seconds. After a full
// queue everything is watched and scanned anew; what cannot be watched at all is left to the
// rescans. Threads: one thread of its own; the rest is thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "swapmeet/host.h"
#include "transfer/swarm/scan/folder_walk.h"
#include "transfer/swarm/scan/ignore_rules.h"

namespace swapmeet::transfer_swarm {

struct WatchOptions {
  std::filesystem::path never;  // a folder that is never shared: this host's data
  std::size_t most_watches = std::numeric_limits<std::size_t>::max();  // besides the kernel's limit
  Log log;
};

class Watcher {
 public:
  // `touched` is called on the watcher's thread.
  Watcher(std::function<void(const Scope&)> touched, WatchOptions options);
  ~Watcher();
  // Watches the share's folder, anew if it was, and has all of it scanned.
  void watch(const std::string& share, const std::string& folder, const IgnoreRules& ignore);
  void forget(const std::string& share);
  // Empty, or what keeps the share from being watched and what to do about it.
  std::string problem(const std::string& share) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::transfer_swarm
