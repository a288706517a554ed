// Who is woken by the feed, and until when.
#include "registry/sqlite/wakers.h"

#include "catch.h"

using swapmeet::Registration;
using swapmeet::registry_sqlite::Wakers;

TEST_CASE("everybody is woken each time, until the registration goes") {
  Wakers wakers;
  int first = 0;
  int second = 0;
  auto one = wakers.add([&] { ++first; });
  const auto other = wakers.add([&] { ++second; });
  wakers.wake();
  wakers.wake();
  one.reset();
  wakers.wake();
  CHECK(first == 2);
  CHECK(second == 3);
}

TEST_CASE("a registration may outlive its wakers") {
  Registration kept;
  {
    Wakers wakers;
    kept = wakers.add([] {});
  }
  kept.reset();
}
