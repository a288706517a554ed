// How often one asker and all together may do something, on a clock that the test turns.
#include "host/limits/rate_limit.h"

#include "catch.h"
#include "host/limits/held_limit.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

struct Door {
  testing::ManualClock clock;
  RateLimit limit{clock, 60s, "salt"};
  explicit Door(const Rate& rate) { limit.set(rate); }
  bool lets(const std::string& who, std::uint64_t cost = 1) { return !limit.take(who, cost); }
  std::size_t lets_of(const std::string& who, std::size_t tries) {
    std::size_t let = 0;
    for (std::size_t i = 0; i < tries; ++i) let += lets(who) ? 1 : 0;
    return let;
  }
};

}  // namespace

TEST_CASE("one asker does so much at once, and then as much as flows back") {
  Door door({.of_one = 60});
  CHECK(door.lets_of("ann", 1'000) == 60);
  const auto refused = door.limit.take("ann");
  REQUIRE(refused);
  CHECK(refused->wait == 1s);
  CHECK_FALSE(refused->in_all);
  CHECK(door.lets_of("bob", 1'000) == 60);  // nobody else's is used up
  door.clock.advance(1s);
  CHECK(door.lets_of("ann", 10) == 1);
  door.clock.advance(10s);
  CHECK(door.lets_of("ann", 100) == 10);
  door.clock.advance(1h);
  CHECK(door.lets_of("ann", 1'000) == 60);
}

TEST_CASE("the wait that a refusal names is as long as it takes") {
  Door door({.of_one = 2});
  CHECK(door.lets_of("ann", 5) == 2);
  CHECK(door.limit.take("ann")->wait == 30s);
  door.clock.advance(29s);
  CHECK(door.limit.take("ann")->wait == 1s);
  door.clock.advance(1s);
  CHECK(door.lets("ann"));
}

TEST_CASE("what costs more than a bucket holds goes once in a window") {
  Door door({.of_one = 100});
  CHECK(door.lets("ann", 100'000));
  CHECK_FALSE(door.lets("ann", 1));
  door.clock.advance(60s);
  CHECK(door.lets("ann", 1));
  CHECK_FALSE(door.lets("ann", ~std::uint64_t{0}));
  CHECK(door.lets("ann", 0));
}

TEST_CASE("all together are held as well, and are told so") {
  Door door({.of_one = 10, .in_all = 25});
  CHECK(door.lets_of("ann", 20) == 10);
  CHECK(door.lets_of("bob", 20) == 10);
  CHECK(door.lets_of("cyd", 20) == 5);
  CHECK(door.limit.take("dan")->in_all);
  CHECK_FALSE(door.limit.take("ann")->in_all);
}

TEST_CASE("a flood of strangers keeps no member out, and members use up what is there for all") {
  Door door({.of_one = 10, .in_all = 12});
  CHECK(door.lets_of("a stranger", 20) == 10);
  CHECK(door.lets_of("another", 20) == 2);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(door.limit.take("@ann", 1, true));
  CHECK(door.limit.take("@ann", 1, true));  // her own limit
  CHECK(door.limit.take("a third")->in_all);
  CHECK(door.limit.take("a third")->wait == 5s);  // no longer for what she asked
}

TEST_CASE("without a number there is no limit, and other numbers are in force at once") {
  Door door({});
  CHECK(door.lets_of("ann", 10'000) == 10'000);
  door.limit.set({.of_one = 3});
  CHECK(door.lets_of("ann", 10) == 3);
  door.limit.set({.of_one = 3});  // the same: nothing is forgotten
  CHECK(door.lets_of("ann", 10) == 0);
  door.limit.set({.of_one = 5});
  CHECK(door.lets_of("ann", 10) == 5);
}

TEST_CASE("a hundred thousand addresses take no memory, and free nobody who has used theirs up") {
  Door door({.of_one = 5});
  CHECK(door.lets_of("the flooder", 100) == 5);
  std::size_t let = 0;
  for (int i = 0; i < 100'000; ++i) let += door.lets("address " + std::to_string(i)) ? 1 : 0;
  CHECK(let == 100'000);  // each asks for the first time: none pays for the others
  CHECK_FALSE(door.lets("the flooder"));
}

TEST_CASE("places are held and given back, by one and by all") {
  HeldLimit places;
  places.set({.of_one = 2, .in_all = 3});
  auto first = places.take("ann");
  auto second = places.take("ann");
  CHECK((first.place && second.place));
  const auto third = places.take("ann");
  CHECK_FALSE(third.place);
  CHECK_FALSE(third.in_all);
  auto other = places.take("bob");
  CHECK(other.place);
  CHECK(places.take("cyd").in_all);
  first.place.reset();
  CHECK(places.take("cyd").place);  // and gone again at once
  CHECK(places.take("ann").place);
}
