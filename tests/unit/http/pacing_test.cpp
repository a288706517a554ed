// Whose turn to go on has come.
#include "host/http/pacing.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {
const Instant kStart{1h};
}

TEST_CASE("nobody goes on before the moment, and the earliest goes first") {
  Pacing pacing;
  CHECK_FALSE(pacing.next());
  pacing.add(1, kStart + 30ms);
  pacing.add(2, kStart + 10ms);
  pacing.add(3, kStart + 20ms);
  CHECK(pacing.next() == kStart + 10ms);
  CHECK_FALSE(pacing.take_due(kStart + 9ms));
  CHECK(pacing.take_due(kStart + 20ms) == 2);
  CHECK(pacing.take_due(kStart + 20ms) == 3);
  CHECK_FALSE(pacing.take_due(kStart + 20ms));
  CHECK(pacing.next() == kStart + 30ms);
}

TEST_CASE("those with the same moment go on in the order in which they came") {
  Pacing pacing;
  for (const std::uint64_t connection : {7U, 3U, 5U}) pacing.add(connection, kStart);
  CHECK(pacing.take_due(kStart) == 7);
  CHECK(pacing.take_due(kStart) == 3);
  CHECK(pacing.take_due(kStart) == 5);
}

TEST_CASE("who waits already keeps its turn, and may be added again after it") {
  Pacing pacing;
  pacing.add(1, kStart);
  pacing.add(1, kStart + 5ms);
  CHECK(pacing.take_due(kStart + 10ms) == 1);
  CHECK_FALSE(pacing.take_due(kStart + 10ms));
  pacing.add(1, kStart + 20ms);
  CHECK(pacing.next() == kStart + 20ms);
}

TEST_CASE("who is gone has no turn any more") {
  Pacing pacing;
  pacing.add(1, kStart);
  pacing.add(2, kStart + 1ms);
  pacing.remove(1);
  pacing.remove(9);
  CHECK(pacing.next() == kStart + 1ms);
  CHECK(pacing.take_due(kStart + 1ms) == 2);
  CHECK_FALSE(pacing.next());
}
