// How long to wait before the next try.
#include "transfer/swarm/fetch/patience.h"

#include <algorithm>

#include "catch.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("waits double up to the longest, and differ") {
  Patience patience;
  patience.first_backoff = std::chrono::milliseconds(100);
  patience.longest_backoff = std::chrono::milliseconds(1000);
  std::mt19937_64 random(1);
  for (unsigned failures = 0; failures < 40; ++failures) {
    const auto least = std::min(100LL << std::min(failures, 20U), 1000LL);
    const auto wait = backoff(patience, failures, random).count();
    CHECK(wait >= least);
    CHECK(wait < least * 3 / 2);
  }
  CHECK(backoff(patience, 9, random) != backoff(patience, 9, random));
}

}  // namespace swapmeet::transfer_swarm
