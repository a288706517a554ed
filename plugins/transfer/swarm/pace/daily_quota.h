// How much of each file may leave in a day of the calendar. What is asked for is counted when it
// begins, and what was not sent is given back, so that the limit is never passed. Kept in memory,
// and only while there is a limit: a restart begins a new count. Threads: thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "swapmeet/host.h"
#include "swapmeet/id.h"
#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

class DailyQuota {
 public:
  // The clock must outlive the quota.
  explicit DailyQuota(Clock& clock) : clock_(clock) {}
  void set_limit(std::uint64_t bytes);  // of each file; 0: none
  // How much of it was counted, for give_back(). `unavailable`, with the time until midnight: that
  // would be too much for today.
  Result<std::uint64_t> take(const ContentId& content, std::uint64_t bytes);
  void give_back(const ContentId& content, std::uint64_t bytes);

 private:
  void begin_day();  // with the lock

  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::uint64_t limit_ = 0;
  std::int64_t day_ = 0;
  std::map<ContentId, std::uint64_t> taken_;  // of this day
};

}  // namespace swapmeet::transfer_swarm
