#include "transfer/swarm/scheduled_rates.h"

#include <utility>

namespace swapmeet::transfer_swarm {

void ScheduledRates::set(const RateLimits& usual, LimitSchedule schedule) {
  const std::lock_guard lock(mutex_);
  usual_ = usual;
  schedule_ = std::move(schedule);
  apply_with_lock();
}

void ScheduledRates::follow_clock() {
  const std::lock_guard lock(mutex_);
  apply_with_lock();
}

// Rates that stay are not set again: that would empty their buckets.
void ScheduledRates::apply_with_lock() {
  const auto rates = schedule_.at(wall_time(clock_.now()), usual_);
  if (rates.upload != in_force_.upload) uploads_.set_rates(rates.upload);
  if (rates.download != in_force_.download) downloads_.set_rates(rates.download);
  in_force_ = rates;
}

}  // namespace swapmeet::transfer_swarm
