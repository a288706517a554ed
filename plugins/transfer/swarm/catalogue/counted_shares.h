// How many files each share has, counted again only after something was written: people look every
// moment, and a share may have a million files.
// Threads: thread-safe, one lock, which is not held while files are counted.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class CountedShares {
 public:
  // `commits`: of the catalogue, before `count` looks at it.
  template <class Count>
  ShareCounts of(std::int64_t share, std::uint64_t commits, Count&& count) {
    {
      const std::lock_guard lock(mutex_);
      const auto known = counted_.find(share);
      if (known != counted_.end() && known->second.commits == commits) return known->second.counts;
    }
    const ShareCounts counts = count();
    const std::lock_guard lock(mutex_);
    counted_.insert_or_assign(share, Counted{commits, counts});
    return counts;
  }

 private:
  struct Counted {
    std::uint64_t commits;
    ShareCounts counts;
  };
  std::mutex mutex_;
  std::map<std::int64_t, Counted> counted_;
};

}  // namespace swapmeet::transfer_swarm
