// How fast a source is, at moments that the test makes up.
#include "transfer/swarm/fetch/source_speed.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

}  // namespace

TEST_CASE("a rate begins with what is measured first and follows the rest smoothly") {
  SourceSpeed speed;
  CHECK(speed.rate() == 0);
  speed.measured(1000);
  CHECK(speed.rate() == 1000);
  speed.measured(2000);
  CHECK(speed.rate() == 1400);
  speed.measured(0);
  CHECK(speed.rate() == 840);
}

TEST_CASE("a source is silent when bytes are expected and none has come for too long") {
  SourceSpeed speed;
  CHECK_FALSE(speed.is_silent(kNow, 10s));  // nothing is expected
  speed.expects(kNow);
  CHECK_FALSE(speed.is_silent(kNow + 10s, 10s));
  CHECK(speed.is_silent(kNow + 10s + 1ns, 10s));
  CHECK(speed.hear(5, kNow + 9s) == 5);
  CHECK_FALSE(speed.is_silent(kNow + 19s, 10s));
  CHECK(speed.hear(5, kNow + 19s) == 0);
  CHECK(speed.is_silent(kNow + 20s, 10s));
  speed.rests();
  CHECK_FALSE(speed.is_silent(kNow + 20s, 10s));
  speed.expects(kNow + 20s);
  CHECK_FALSE(speed.is_silent(kNow + 20s, 10s));
}

TEST_CASE("a source that this host's own limits hold back is not silent") {
  SourceSpeed speed;
  speed.expects(kNow);
  speed.excuse(kNow + 11s);
  CHECK_FALSE(speed.is_silent(kNow + 12s, 10s));
}

TEST_CASE("a source is asked for twice as many pieces while that takes less than a second") {
  SourceSpeed speed;
  CHECK(speed.look_ahead() == 1);
  auto now = kNow;
  for (const std::size_t next : {2U, 4U, 8U, 16U, 16U}) {
    speed.fetched(speed.look_ahead(), now, now + 999ms);
    CHECK(speed.look_ahead() == next);
    now += 1s;
  }
  for (const std::size_t next : {8U, 4U, 2U, 1U, 1U}) {
    speed.fetched(speed.look_ahead(), now, now + 1s);
    CHECK(speed.look_ahead() == next);
    now += 1s;
  }
}

TEST_CASE("how long a piece takes says how long a source may be left to others") {
  SourceSpeed speed;
  speed.fetched(4, kNow, kNow + 2s);
  CHECK(speed.piece_time() == 500ms);
  CHECK(speed.spare_until() == kNow + 2500ms);
}

}  // namespace swapmeet::transfer_swarm
