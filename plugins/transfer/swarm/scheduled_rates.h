// The rates that hold now: the usual ones, or what the schedule says of this time of the day. Sets
// them where the bytes pass, at the upload meter and at the downloads' pacer.
// Threads: thread-safe; follow_clock() is called every few seconds.
#pragma once

#include <mutex>

#include "swapmeet/time.h"
#include "transfer/swarm/pace/limit_schedule.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/serve/uploads.h"

namespace swapmeet::transfer_swarm {

class ScheduledRates {
 public:
  // All must outlive it.
  ScheduledRates(Clock& clock, UploadMeter& uploads, Pacer& downloads)
      : clock_(clock), uploads_(uploads), downloads_(downloads) {}
  // From now on.
  void set(const RateLimits& usual, LimitSchedule schedule);
  void follow_clock();

 private:
  void apply_with_lock();
  Clock& clock_;
  UploadMeter& uploads_;
  Pacer& downloads_;
  std::mutex mutex_;  // guards the rest
  LimitSchedule schedule_;
  RateLimits usual_;
  RateLimits in_force_;
};

}  // namespace swapmeet::transfer_swarm
