// Tells the scanner soon when something changes below a share's folder: inotify watches every
// folder in it, and each touched folder is told once it has been quiet for a moment (Touches). A
// share's folder that goes, comes back, or is covered by a mount is noticed by a look at it every
// two seconds. When the kernel's queue was full, everything is watched and scanned again; what
// cannot be watched at all is left to the rescans.
// Threads: thread-safe. One thread of its own watches, another waits for inotify (Readable).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "swapmeet/host.h"
#include "swapmeet/time.h"
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
  // `touched` is called on the watcher's thread. The clock must outlive it.
  Watcher(std::function<void(const Scope&)> touched, Clock& clock, WatchOptions options);
  ~Watcher();
  // Watches the share's folder, from scratch if it was watched, and has all of it scanned.
  void watch(const std::string& share, const std::string& folder, const IgnoreRules& ignore);
  void forget(const std::string& share);
  // Empty, or what keeps the share from being watched and what to do about it.
  std::string problem(const std::string& share) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::transfer_swarm
