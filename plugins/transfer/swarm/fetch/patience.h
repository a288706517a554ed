// How long downloads bear with sources: when one has stalled, and when to try again.
// Threads: plain data.
#pragma once

#include <chrono>

#include "swapmeet/backoff.h"

namespace swapmeet::transfer_swarm {

struct Patience {
  std::chrono::milliseconds stall_after{10'000};  // without a byte
  // Not all downloads come back at once: a pause is up to half of itself longer.
  BackoffLimits retry{std::chrono::milliseconds{2'000}, std::chrono::milliseconds{300'000}, 50};
};

}  // namespace swapmeet::transfer_swarm
