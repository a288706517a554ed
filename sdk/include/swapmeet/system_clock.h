// The clock of the machine, for programs: a host makes one and hands it to all its parts. Plugins
// get it as Host::clock(). Threads: thread-safe, no state.
#pragma once

#include "swapmeet/time.h"

namespace swapmeet {

class SystemClock : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  Instant steady() const override { return std::chrono::steady_clock::now(); }
  void wait_once(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                 Instant until) override {
    changed.wait_until(lock, until);
  }
};

}  // namespace swapmeet
