// Pauses between attempts that fail: each twice as long as the one before, up to a longest, and a
// random part on top, so that a crowd that failed together does not come back together.
// Threads: backoff_pause is a pure function; a Backoff is for one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace swapmeet {

struct BackoffLimits {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
  unsigned jitter_percent = 25;  // a pause is longer by less than so much of itself; 0: never
};

// The pause after so many failures before this one. `random`: any number, taken anew for each
// pause; equal numbers give equal pauses.
std::chrono::milliseconds backoff_pause(const BackoffLimits& limits, unsigned failures,
                                        std::uint64_t random);

// Counts the failures and draws the random numbers, for one thing that is tried again and again.
class Backoff {
 public:
  Backoff(const BackoffLimits& limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  // It failed: how long to wait.
  std::chrono::milliseconds next() { return backoff_pause(limits_, failures_++, random_()); }
  // It worked.
  void reset() { failures_ = 0; }

 private:
  BackoffLimits limits_;
  unsigned failures_ = 0;
  std::mt19937_64 random_;
};

}  // namespace swapmeet
