// How fast a source is, at moments that the test makes up.
#include "transfer/swarm/fetch/source_speed.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

using Others = SourceSpeed::Others;

constexpr Instant kNow{1h};
constexpr std::size_t kPiece = 1 << 20;

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

TEST_CASE("a source is asked for twice as many pieces at once until they take half a second") {
  SourceSpeed speed;
  CHECK(speed.at_once(Others::many) == 1);
  CHECK(speed.at_once(Others::none) == 4);  // nobody else could have them
  speed.expects(kNow);
  auto now = kNow;
  for (const std::size_t next : {2U, 4U, 8U, 10U, 10U}) {
    speed.came(kPiece, now += 50ms);
    CHECK(speed.at_once(Others::many) == next);
    CHECK(speed.at_once(Others::none) == next);
  }
  for (int i = 0; i < 20; ++i) speed.came(kPiece, now += 1s);
  CHECK(speed.at_once(Others::many) == 1);
  for (int i = 0; i < 20; ++i) speed.came(kPiece, now += 1us);
  CHECK(speed.at_once(Others::many) == 16);  // and never more
}

TEST_CASE("more is asked for before the source has nothing left to send") {
  SourceSpeed speed;
  CHECK(speed.ask_below(Others::many) == 1);  // it may be slow, and others could have these
  CHECK(speed.ask_below(Others::few) == 2 * kPiece);
  CHECK(speed.ask_below(Others::none) > 4 * kPiece);
  speed.expects(kNow);
  speed.answered(kNow + 100ms);
  speed.set_round_trip(100ms);
  speed.came(kPiece, kNow + 200ms);  // of which half was the way: ten pieces a second
  const auto ahead = static_cast<double>(speed.ask_below(Others::many)) / kPiece;
  CHECK(ahead == Approx(2.5));  // what comes in two round trips and 50 ms
}

TEST_CASE("a pause in which nothing was asked for is no time that a piece took") {
  SourceSpeed speed;
  speed.expects(kNow);
  speed.came(kPiece, kNow + 100ms);
  speed.rests();
  speed.expects(kNow + 1h);
  speed.came(kPiece, kNow + 1h + 100ms);
  CHECK(speed.piece_time() == 100ms);
}

TEST_CASE("how long a piece takes says how long a source may be left to others") {
  SourceSpeed speed;
  speed.expects(kNow);
  speed.came(kPiece, kNow + 500ms);
  CHECK(speed.piece_time() == 500ms);
  CHECK(speed.spare_until() == kNow + 1s);
}

}  // namespace swapmeet::transfer_swarm
