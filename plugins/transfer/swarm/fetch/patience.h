// How long downloads bear with sources: when one has stalled, and when to try again.
// Threads: plain data and a free function.
#pragma once

#include <chrono>
#include <random>

#include "transfer/swarm/base/backoff.h"

namespace swapmeet::transfer_swarm {

struct Patience {
  std::chrono::milliseconds stall_after{10'000};   // without a byte
  std::chrono::milliseconds first_backoff{2'000};  // doubles up to the next
  std::chrono::milliseconds longest_backoff{300'000};
};

// How long to wait after so many failures: doubled each time, and up to half of it more, so that
// not all come back at once.
inline std::chrono::milliseconds backoff(const Patience& patience, unsigned failures,
                                         std::mt19937_64& random) {
  const auto wait = doubled_wait(patience.first_backoff, patience.longest_backoff, failures);
  return wait + wait * static_cast<int>(random() % 50) / 100;
}

}  // namespace swapmeet::transfer_swarm
