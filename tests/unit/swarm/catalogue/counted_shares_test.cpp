// Counting only what may have changed.
#include "transfer/swarm/catalogue/counted_shares.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a share is counted once for each commit") {
  CountedShares shares;
  std::uint64_t counted = 0;
  const auto count = [&]() -> ShareCounts { return {++counted, 0}; };
  CHECK(shares.of(1, 5, count).files == 1);
  CHECK(shares.of(1, 5, count).files == 1);
  CHECK(shares.of(2, 5, count).files == 2);
  CHECK(shares.of(1, 6, count).files == 3);
  CHECK(shares.of(2, 5, count).files == 2);
}

}  // namespace swapmeet::transfer_swarm
