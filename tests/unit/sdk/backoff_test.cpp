#include "swapmeet/backoff.h"

#include <limits>

#include "catch.h"

using namespace swapmeet;
using std::chrono::milliseconds;

TEST_CASE("pauses double up to the longest") {
  const BackoffLimits limits{milliseconds(100), milliseconds(1000)};
  CHECK(backoff_pause(limits, 0, 0) == milliseconds(100));
  CHECK(backoff_pause(limits, 1, 0) == milliseconds(200));
  CHECK(backoff_pause(limits, 3, 0) == milliseconds(800));
  CHECK(backoff_pause(limits, 4, 0) == milliseconds(1000));
  CHECK(backoff_pause(limits, std::numeric_limits<unsigned>::max(), 0) == milliseconds(1000));
}

TEST_CASE("no pause is longer than the longest, not even the first") {
  CHECK(backoff_pause({milliseconds(500), milliseconds(200)}, 0, 0) == milliseconds(200));
}

TEST_CASE("the random part is less than the jitter") {
  const BackoffLimits limits{milliseconds(1000), milliseconds(1000), 50};
  CHECK(backoff_pause(limits, 0, 500) == milliseconds(1250));
  CHECK(backoff_pause(limits, 0, 999) == milliseconds(1499));
  CHECK(backoff_pause(limits, 0, 1000) == milliseconds(1000));
  CHECK(backoff_pause({milliseconds(1000), milliseconds(1000), 0}, 0, 999) == milliseconds(1000));
}

TEST_CASE("a back-off starts over when it worked") {
  Backoff backoff({milliseconds(100), milliseconds(10'000)}, 7);
  for (const int least : {100, 200, 400}) {
    const auto pause = backoff.next();
    CHECK(pause >= milliseconds(least));
    CHECK(pause < milliseconds(least * 5 / 4));
  }
  backoff.reset();
  CHECK(backoff.next() < milliseconds(125));
}

TEST_CASE("back-offs with different seeds do not come back together") {
  const BackoffLimits limits{milliseconds(100'000), milliseconds(100'000)};
  CHECK(Backoff(limits, 1).next() != Backoff(limits, 2).next());
  CHECK(Backoff(limits, 1).next() == Backoff(limits, 1).next());
}
