// How many connections a source gets, at moments that the test makes up.
#include "transfer/swarm/fetch/lane_count.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// A way on which bytes come at a rate that depends on how many connections there are.
struct Way {
  void run(std::chrono::seconds time, double (*rate)(std::size_t lanes)) {
    for (const auto end = now + time; now < end; now += 200ms) {
      received += static_cast<std::uint64_t>(rate(lanes) * 0.2);
      count.heard(received, lanes, round_trip, now);
      lanes = count.wanted();
      most = std::max(most, lanes);
    }
  }

  LaneCount count;
  std::chrono::nanoseconds round_trip = 100ms;
  Instant now{1h};
  std::uint64_t received = 0;
  std::size_t lanes = 1;
  std::size_t most = 1;
};

}  // namespace

TEST_CASE("a source that does not say how many connections it allows gets one") {
  LaneCount count;
  CHECK(count.wanted() == 1);
  count.busy(1, 8);
  count.broke();
  CHECK(count.wanted() == 1);
  count.allow(4);
  CHECK(count.wanted() == 2);
}

TEST_CASE("busy threads get others beside them, as many as there are processors") {
  LaneCount count;
  count.allow(4);
  count.busy(1, 3);
  CHECK(count.wanted() == 2);
  count.busy(1, 3);  // the second is only beginning
  CHECK(count.wanted() == 2);
  count.busy(2, 3);
  CHECK(count.wanted() == 3);
  count.busy(3, 3);
  CHECK(count.wanted() == 3);
}

TEST_CASE("a source that turns a connection away is not asked for so many again") {
  LaneCount count;
  count.allow(4);
  count.busy(1, 8);
  count.busy(2, 8);
  count.refused(2);
  CHECK(count.wanted() == 2);
  count.allow(4);  // as it says with every answer
  count.busy(2, 8);
  CHECK(count.wanted() == 2);
}

TEST_CASE("where each connection brings more, all that are allowed are taken") {
  Way way;
  way.count.allow(3);
  way.run(30s, [](std::size_t lanes) { return 1e6 * static_cast<double>(lanes); });
  CHECK(way.lanes == 3);
}

TEST_CASE("where one connection brings everything, another is tried seldom and ended again") {
  Way way;
  way.count.allow(4);
  const auto full = [](std::size_t) { return 1e7; };
  way.run(5s, full);
  CHECK(way.most == 2);  // it was tried
  CHECK(way.lanes == 1);
  way.most = 1;
  way.run(5s, full);
  CHECK(way.most == 1);
  way.run(10min, full);
  CHECK(way.most == 2);
  CHECK(way.lanes == 1);
}

TEST_CASE("on a short way nothing is tried") {
  Way way;
  way.count.allow(4);
  way.round_trip = 1ms;
  way.run(60s, [](std::size_t lanes) { return 1e6 * static_cast<double>(lanes); });
  CHECK(way.most == 1);
}

TEST_CASE("after a connection that broke there are two, for good") {
  Way way;
  way.count.allow(4);
  way.count.broke();
  way.run(10min, [](std::size_t) { return 1e7; });
  CHECK(way.lanes >= 2);
}

}  // namespace swapmeet::transfer_swarm
