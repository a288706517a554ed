// A clock whose hands the test turns. Both hands move together.
// Threads: any may read while one turns.
#pragma once

#include <atomic>
#include <chrono>

#include "swapmeet/time.h"

namespace swapmeet::testing {

class ManualClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z.
  Time now() const override { return Time{std::chrono::milliseconds{1'767'225'600'000} + past()}; }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point{std::chrono::hours{1} + past()};
  }
  void advance(std::chrono::milliseconds time) { past_ += time.count(); }

 private:
  std::chrono::milliseconds past() const { return std::chrono::milliseconds{past_.load()}; }
  std::atomic<std::chrono::milliseconds::rep> past_{0};
};

}  // namespace swapmeet::testing
