#include "transfer/swarm/scan/watch_set.h"

#include <algorithm>
#include <cerrno>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK;

}  // namespace

int WatchSet::add(const WatchedPlace& place, const std::string& folder) {
  if (places_.size() >= most_) return ENOSPC;
  // A share's own folder may be named by a symbolic link; what is in it may not.
  const auto events = kEvents | (place.below.empty() ? 0U : IN_DONT_FOLLOW);
  const int number = inotify_add_watch(inotify_.descriptor(), folder.c_str(), events);
  if (number < 0) return errno;
  if (const auto old = numbers_.find(place); old != numbers_.end()) {
    if (old->second == number) return 0;
    remove(old);
  }
  numbers_[place] = number;
  places_[number].push_back(place);
  return 0;
}

void WatchSet::remove_below(const WatchedPlace& place) {
  if (const auto itself = numbers_.find(place); itself != numbers_.end()) remove(itself);
  const auto prefix = place.below.empty() ? "" : place.below + '/';
  for (auto at = numbers_.lower_bound({place.share, prefix}); at != numbers_.end() &&
                                                              at->first.share == place.share &&
                                                              at->first.below.starts_with(prefix);)
    at = remove(at);
}

WatchSet::Places::iterator WatchSet::remove(Places::iterator at) {
  const auto found = places_.find(at->second);
  if (found != places_.end()) {
    std::erase(found->second, at->first);
    if (found->second.empty()) {
      inotify_rm_watch(inotify_.descriptor(), found->first);
      places_.erase(found);
    }
  }
  return numbers_.erase(at);
}

void WatchSet::remove(int number) {
  const auto found = places_.find(number);
  if (found == places_.end()) return;
  for (const auto& place : found->second) numbers_.erase(place);
  places_.erase(found);
}

std::vector<WatchedPlace> WatchSet::places(int number) const {
  const auto found = places_.find(number);
  return found == places_.end() ? std::vector<WatchedPlace>() : found->second;
}

}  // namespace swapmeet::transfer_swarm
