// A lock for many readers or one writer, in which everybody gets a turn. Readers pass a gate one by
// one and then leave each other alone; a writer holds the gate until it is done, so that a crowd of
// readers cannot keep it out. The gate opens in the order in which they came, so that a writer that
// comes back at once cannot keep readers out either.
// Threads: thread-safe; a Reading or Writing belongs to the thread that made it.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "search/memory/turns.h"
#include "swapmeet/time.h"

namespace swapmeet::search_memory {

class FairLock {
 public:
  class Reading;
  class Writing;

 private:
  Turns gate_;
  std::shared_mutex lock_;
};

class FairLock::Reading {
 public:
  explicit Reading(FairLock& lock) {
    const std::lock_guard pass(lock.gate_);
    lock_ = std::shared_lock(lock.lock_);
  }

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

class FairLock::Writing {
 public:
  Writing(FairLock& lock, const Clock& clock)
      : clock_(clock),
        asked_(clock.steady()),
        pass_(lock.gate_),
        lock_(lock.lock_),
        began_(clock.steady()) {}

  // Whoever has much to change should let the others in by now: after as long as it had to wait
  // for them itself, but not after less than a moment.
  bool is_over() const {
    return clock_.steady() - began_ > std::max<Instant::duration>(kLeast, began_ - asked_);
  }

  static constexpr std::chrono::microseconds kLeast{300};

 private:
  const Clock& clock_;
  const Instant asked_;
  std::unique_lock<Turns> pass_;
  std::unique_lock<std::shared_mutex> lock_;
  const Instant began_;
};

}  // namespace swapmeet::search_memory
