// Pauses between attempts that fail: each twice as long as the one before, up to a longest, with a
// quarter at random on top, so that a crowd that failed together does not come back together.
// Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace swapmeet {

class Backoff {
 public:
  using Pause = std::chrono::milliseconds;

  Backoff(Pause shortest, Pause longest, unsigned seed = std::random_device{}())
      : shortest_(shortest), longest_(longest), jitter_(seed) {}

  Pause next() {
    last_ = std::clamp(last_ * 2, shortest_, longest_);
    return last_ + last_ * static_cast<int>(jitter_() % 100) / 400;
  }
  void reset() { last_ = Pause{0}; }

 private:
  const Pause shortest_;
  const Pause longest_;
  Pause last_{0};
  std::minstd_rand jitter_;
};

}  // namespace swapmeet
