#include "swapmeet/backoff.h"

#include <algorithm>

namespace swapmeet {

std::chrono::milliseconds backoff_pause(const BackoffLimits& limits, unsigned failures,
                                        std::uint64_t random) {
  constexpr std::int64_t kSteps = 1000;
  auto pause = limits.first;
  for (unsigned i = 0; i < failures && pause < limits.longest; ++i) pause *= 2;
  pause = std::min(pause, limits.longest);
  const auto step = static_cast<std::int64_t>(random % kSteps);
  return pause + pause * step * limits.jitter_percent / (100 * kSteps);
}

}  // namespace swapmeet
