// When an offer is tried again, without threads or time.
#include "transfer/swarm/inbox/attempts.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {

using namespace std::chrono_literals;

TEST_CASE("what was never tried, or is forgotten, is due at once") {
  Attempts attempts({1s, 60s});
  CHECK(attempts.due("a", Instant{}));
  attempts.failed("a", Instant{});
  CHECK_FALSE(attempts.due("a", Instant{}));
  CHECK(attempts.due("b", Instant{}));
  attempts.forget("a");
  CHECK(attempts.due("a", Instant{}));
}

TEST_CASE("the wait doubles with each failure, up to the longest, and begins anew once forgotten") {
  Attempts attempts({1s, 60s});
  Instant now{};
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    attempts.failed("a", now);
    CHECK_FALSE(attempts.due("a", now + wait - 1ns));
    now += wait;
    CHECK(attempts.due("a", now));
  }
  attempts.forget("a");
  attempts.failed("a", now);
  CHECK(attempts.due("a", now + 1s));
}

}  // namespace swapmeet::transfer_swarm
