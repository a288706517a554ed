// The folders that inotify watches for the shares, and which place of which share each of them is.
// A folder may be in several shares; the kernel gives it one number.
// Threads: for one thread.
#pragma once

#include <sys/inotify.h>

#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "swapmeet/http.h"

namespace swapmeet::transfer_swarm {

// A folder of a share: below the share's own, "" for that.
struct WatchedPlace {
  std::string share;
  std::string below;
  bool operator==(const WatchedPlace&) const = default;
  bool operator<(const WatchedPlace& other) const {
    return std::tie(share, below) < std::tie(other.share, other.below);
  }
};

class WatchSet {
 public:
  explicit WatchSet(std::size_t most) : most_(most) {}
  int descriptor() const { return inotify_.descriptor(); }
  // 0, or errno; ENOSPC when there are too many.
  int add(const WatchedPlace& place, const std::string& folder);
  void remove_below(const WatchedPlace& place);  // and itself
  void remove(int number);                       // the kernel has dropped it
  std::vector<WatchedPlace> places(int number) const;

 private:
  using Places = std::map<WatchedPlace, int>;
  Places::iterator remove(Places::iterator at);

  const std::size_t most_;
  http::OpenFile inotify_{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  Places numbers_;
  std::map<int, std::vector<WatchedPlace>> places_;
};

}  // namespace swapmeet::transfer_swarm
