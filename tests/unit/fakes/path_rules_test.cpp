// What a path does to bytes, by times that the test names.
#include "fakes/path_rules.h"

#include "catch.h"

namespace fakes {
namespace {

using namespace std::chrono_literals;

const PathTime kStart{1000s};

TEST_CASE("A link sends one byte after another at its rate") {
  PathLink link(1000);
  CHECK(link.send(kStart, 100) == kStart + 100ms);
  CHECK(link.send(kStart, 100) == kStart + 200ms);
  CHECK(link.send(kStart + 150ms, 50) == kStart + 250ms);
  // What was not used is lost.
  CHECK(link.send(kStart + 1s, 50) == kStart + 1050ms);
}

TEST_CASE("A link without a limit sends at once") {
  PathLink link;
  CHECK(link.send(kStart, 1'000'000) == kStart);
  CHECK(link.send(kStart, 1'000'000) == kStart);
  CHECK(link.has_room(0s) <= kStart);
}

TEST_CASE("A link has room again when what waits takes no longer than it may") {
  PathLink link(1000);
  CHECK(link.has_room(20ms) < kStart);
  link.send(kStart, 100);
  CHECK(link.has_room(20ms) == kStart + 80ms);
}

TEST_CASE("Requests are counted by the ends of their heads, wherever they are cut") {
  const std::string sent = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
  for (std::size_t portion = 1; portion <= sent.size(); ++portion) {
    RequestHeads heads;
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < sent.size(); at += portion)
      count += heads.count(std::string_view(sent).substr(at, portion));
    CHECK(count == 2);
  }
  RequestHeads heads;
  CHECK(heads.count("\r\n\r\r\n\r\r\n") == 0);
  CHECK(heads.count("\r\n") == 1);
}

TEST_CASE("An answer that is asked for after the one before costs a round trip") {
  IdleRoundTrips idle(100ms);
  idle.asked(kStart);
  idle.arrived(kStart + 200ms);  // with a new connection
  CHECK(idle.whole() == 2);
  idle.arrived(kStart + 210ms);
  idle.asked(kStart + 220ms);
  idle.arrived(kStart + 320ms);
  CHECK(idle.whole() == 3);
  CHECK(idle.sum() == Approx(3.0));
}

TEST_CASE("A question that was seen a little late still costs a round trip") {
  IdleRoundTrips idle(100ms);
  idle.asked(kStart + 5ms);
  idle.arrived(kStart + 100ms);
  CHECK(idle.whole() == 1);
  CHECK(idle.sum() == Approx(0.95));
}

TEST_CASE("An answer that is asked for ahead costs nothing") {
  IdleRoundTrips idle(100ms);
  idle.asked(kStart);
  idle.arrived(kStart + 100ms);
  for (int n = 1; n <= 50; ++n) {
    idle.asked(kStart + 100ms + n * 20ms - 5ms);
    idle.arrived(kStart + 100ms + n * 20ms);
  }
  CHECK(idle.whole() == 1);
  CHECK(idle.sum() == Approx(1.0));
}

TEST_CASE("A way that is empty for a part of a round trip counts as a part") {
  IdleRoundTrips idle(100ms);
  idle.asked(kStart);
  idle.arrived(kStart + 100ms);
  idle.asked(kStart + 105ms);  // before the last byte of the first answer, and yet too late
  idle.arrived(kStart + 150ms);
  idle.arrived(kStart + 190ms);
  CHECK(idle.whole() == 1);
  CHECK(idle.sum() == Approx(1.85));
}

TEST_CASE("The time that bytes take is not idle, however slow the path") {
  IdleRoundTrips idle(10ms);
  idle.asked(kStart);
  idle.arrived(kStart + 20ms, kStart + 35ms);
  for (int n = 1; n <= 10; ++n) idle.arrived(kStart + n * 15ms + 20ms, kStart + n * 15ms + 35ms);
  CHECK(idle.whole() == 2);
  CHECK(idle.sum() == Approx(2.0));
}

TEST_CASE("No time counts while nothing is asked for") {
  IdleRoundTrips idle(100ms);
  idle.arrived(kStart);  // unasked
  idle.asked(kStart + 60s);
  idle.arrived(kStart + 60s + 100ms);
  idle.asked(kStart + 120s);
  idle.arrived(kStart + 120s + 100ms);
  CHECK(idle.whole() == 2);
}

TEST_CASE("Without a round trip nothing is idle") {
  IdleRoundTrips idle(0ms);
  idle.asked(kStart);
  idle.arrived(kStart + 1s);
  CHECK(idle.whole() == 0);
  CHECK(idle.sum() == 0);
}

}  // namespace
}  // namespace fakes
