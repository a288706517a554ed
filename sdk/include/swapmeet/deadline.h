// Until when a call is waited for, and whether anybody still waits. Requests that may block carry
// one; whoever works for long, or asks another host, looks at it now and then and answers
// `timed_out` or `cancelled` once it is over. The host answers its own caller at the deadline,
// whether the call has returned or not.
// Threads: a value; the flag may be set by any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "swapmeet/time.h"

namespace swapmeet {

class Deadline {
 public:
  Deadline() = default;  // none
  explicit Deadline(Instant at, std::shared_ptr<const std::atomic<bool>> cancelled = {})
      : at_(at), cancelled_(std::move(cancelled)) {}

  // Of Clock::steady(); Instant::max(): none.
  Instant at() const { return at_; }
  bool is_cancelled() const { return cancelled_ && cancelled_->load(std::memory_order_relaxed); }
  bool is_over(const Clock& clock) const {
    return is_cancelled() || (at_ != Instant::max() && clock.steady() >= at_);
  }
  // What is left, at least zero and at most `most`: for the timeout of a request to another host.
  std::chrono::milliseconds left(const Clock& clock, std::chrono::milliseconds most) const {
    if (at_ == Instant::max()) return most;
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - clock.steady());
    return rest < std::chrono::milliseconds(0) ? std::chrono::milliseconds(0)
           : rest < most                       ? rest
                                               : most;
  }
  // Of two the earlier one, with this one's flag.
  Deadline no_later_than(Instant other) const {
    return Deadline(other < at_ ? other : at_, cancelled_);
  }

 private:
  Instant at_ = Instant::max();
  std::shared_ptr<const std::atomic<bool>> cancelled_;
};

}  // namespace swapmeet
