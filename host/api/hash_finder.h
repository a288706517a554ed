// Asks the sources of a content for its SHA-256 hashes, and remembers the answers. A source's word
// is all there is (the content id does not prove a SHA-256 of other pieces than its own), so what
// two sources agree on is preferred, and nothing is said when they contradict each other.
// Threads: thread-safe; find() blocks for other hosts, some seconds at most.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "swapmeet/wire/content_hashes.h"

namespace swapmeet {

class HashFinder {
 public:
  using Hashes = std::shared_ptr<const wire::ContentHashes>;

  // nullptr: no source tells them. `unavailable`, with a time: a source is still making them, or
  // too many are asked for at once.
  Result<Hashes> find(const ContentRecord& content);

 private:
  struct Kept {
    Hashes hashes;  // nullptr: nobody told any
    std::chrono::steady_clock::time_point until;
    std::list<ContentId>::iterator order;
  };

  std::optional<Hashes> known(const ContentId& content);
  Result<Hashes> ask(const ContentRecord& content) const;
  void keep(const ContentId& content, Hashes hashes);

  std::atomic<int> asking_{0};
  std::mutex mutex_;  // guards all below
  std::map<ContentId, Kept> kept_;
  std::list<ContentId> order_;  // the latest first
  std::size_t pieces_ = 0;      // in all that is kept
};

}  // namespace swapmeet
