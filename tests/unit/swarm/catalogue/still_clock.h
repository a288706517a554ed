// A clock that nobody turns, for tests to which the time does not matter.
#pragma once

#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {

inline testing::ManualClock& still_clock() {
  static testing::ManualClock clock;
  return clock;
}

}  // namespace swapmeet::transfer_swarm
