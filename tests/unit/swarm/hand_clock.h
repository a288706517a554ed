// A clock that the test turns.
#pragma once

#include <chrono>

#include "swapmeet/host.h"

namespace swapmeet::swarm {

struct HandClock : Clock {
  std::chrono::steady_clock::time_point moment{std::chrono::hours(1)};
  Time now() const override {
    return Time(std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch()));
  }
  std::chrono::steady_clock::time_point steady() const override { return moment; }
};

}  // namespace swapmeet::swarm
