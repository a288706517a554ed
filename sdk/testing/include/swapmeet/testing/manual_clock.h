// A clock whose hands the test turns; advance() moves both together. Whoever waits on it sleeps
// until the test has turned it far enough, however long that takes. Threads: any may read and wait
// while one turns. Who turns must not hold a lock that a waiter needs.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <thread>

#include "swapmeet/time.h"

namespace swapmeet::testing {

class ManualClock final : public Clock {
 public:
  // Begins at 2026-01-01T00:00:00Z.
  Time now() const override {
    const std::lock_guard guard(mutex_);
    return std::chrono::floor<std::chrono::milliseconds>(calendar_ + past_);
  }
  Instant steady() const override {
    const std::lock_guard guard(mutex_);
    return steady_with_lock();
  }

  void wait_once(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                 Instant until) override {
    const auto self = [&] {
      const std::lock_guard guard(mutex_);
      if (steady_with_lock() >= until) return waiting_.end();
      waiting_.push_back({&changed, until});
      came_.notify_all();
      return std::prev(waiting_.end());
    }();
    if (self == waiting_.end()) return;
    changed.wait(lock);
    const std::lock_guard guard(mutex_);
    waiting_.erase(self);
  }

  // Returns when nobody waits any more for a moment that has come.
  void advance(std::chrono::nanoseconds time) {
    std::unique_lock guard(mutex_);
    past_ += time;
    while (wake_due()) {  // again: one may have been about to sleep
      guard.unlock();
      std::this_thread::yield();
      guard.lock();
    }
  }

  // Sets the calendar alone, as somebody who corrects the machine's clock.
  void set(Time now) {
    const std::lock_guard guard(mutex_);
    calendar_ = now - past_;
  }

  // Blocks until at least `count` threads wait on this clock.
  void await_waiters(std::size_t count) {
    std::unique_lock guard(mutex_);
    came_.wait(guard, [&] { return waiting_.size() >= count; });
  }
  // The earliest moment that somebody waits for; Instant::max() when nobody does.
  Instant next() const {
    const std::lock_guard guard(mutex_);
    auto first = Instant::max();
    for (const auto& waiter : waiting_) first = std::min(first, waiter.until);
    return first;
  }

 private:
  struct Waiter {
    std::condition_variable* changed;
    Instant until;
  };
  Instant steady_with_lock() const { return Instant{std::chrono::hours{1} + past_}; }
  bool wake_due() {
    bool any = false;
    for (const auto& waiter : waiting_) {
      if (waiter.until > steady_with_lock()) continue;
      waiter.changed->notify_all();
      any = true;
    }
    return any;
  }

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::chrono::nanoseconds past_{0};
  std::chrono::sys_time<std::chrono::nanoseconds> calendar_{
      std::chrono::milliseconds{1'767'225'600'000}};
  std::list<Waiter> waiting_;
};

}  // namespace swapmeet::testing
