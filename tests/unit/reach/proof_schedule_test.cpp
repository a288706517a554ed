// When an address is tried, and what attempts come to.
#include "host/reach/proof_schedule.h"

#include "catch.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {
constexpr Time kNow{std::chrono::hours(1'000'000)};
constexpr auto kAgain = 6h;
const Reachability kFresh{.address = "192.0.2.1", .port = 6699};
}  // namespace

TEST_CASE(
    "an address that was never tried is due, unless the peer says that it cannot be reached") {
  CHECK(is_due(kFresh, kNow, kAgain));
  auto shy = kFresh;
  shy.is_announced = false;
  CHECK_FALSE(is_due(shy, kNow, kAgain));
}

TEST_CASE("a proof is good for a while") {
  const auto proved = after_success(kFresh, "192.0.2.1", kNow);
  CHECK(proved.reached == "192.0.2.1");
  CHECK_FALSE(is_due(proved, kNow + 5h, kAgain));
  CHECK(is_due(proved, kNow + 6h, kAgain));
  CHECK(is_due(proved, kNow - 1h, kAgain));  // the clock went back
}

TEST_CASE("after failures it is tried again ever more rarely") {
  auto reach = kFresh;
  auto last = 0ms;
  for (int i = 0; i < 20; ++i) {
    reach = after_failure(reach, "Connection refused", kNow);
    auto pause = 0ms;
    while (!is_due(reach, kNow + pause, kAgain)) pause += 1s;
    CHECK(pause >= last);
    CHECK(pause >= 10s);
    CHECK(pause <= 30min);
    last = pause;
  }
  CHECK(last == 30min);
  CHECK(reach.why == "Connection refused");
}

TEST_CASE("an address that was proved survives one failure, and not two") {
  const auto proved = after_success(kFresh, "192.0.2.1", kNow);
  const auto once = after_failure(proved, "it does not answer in time", kNow + 6h);
  CHECK(once.reached == "192.0.2.1");
  CHECK(after_failure(once, "it does not answer in time", kNow + 7h).reached.empty());
  const auto back = after_success(once, "192.0.2.1", kNow + 7h);
  CHECK(back.failures == 0);
  CHECK(back.why.empty());
}
