// How many connections strangers can have made, and to where.
#include "swapmeet/wire/dial_limits.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::wire;
using namespace std::chrono_literals;

namespace {

NetworkAddress dialled(const std::string& text) { return *NetworkAddress::parse(text); }

struct DialWorld {
  testing::ManualClock clock;
  DialLimits limits{clock};
  bool take(const std::string& caller, const std::string& target) {
    return limits.take(dialled(caller), dialled(target)).ok();
  }
};

std::string of_world(int number) {
  return "20." + std::to_string(number / 65536 % 256) + '.' + std::to_string(number / 256 % 256) +
         '.' + std::to_string(number % 256);
}

}  // namespace

TEST_CASE("a victim that never asked sees a handful a minute, whoever and however many ask") {
  DialWorld world;
  int seen = 0;
  for (int minute = 0; minute < 10; ++minute, world.clock.advance(1min))
    for (int request = 0; request < 1'000; ++request)
      // Callers from everywhere, the victim and its neighbours.
      if (world.take(of_world(minute * 1'000 + request), "8.8.8." + std::to_string(request % 250)))
        ++seen;
  CHECK(seen >= 3);
  CHECK(seen <= 3 * 11);
}

TEST_CASE("one caller has few others dialled, and in all there are not many") {
  DialWorld world;
  int of_one = 0;
  for (int i = 0; i < 1'000; ++i)
    if (world.take("9.9.9.9", of_world(i * 256))) ++of_one;
  CHECK(of_one == 3);
  int of_all = 0;
  for (int i = 0; i < 10'000; ++i)
    if (world.take(of_world(i * 256), of_world(5'000'000 + i * 256))) ++of_all;
  CHECK(of_all == 30 - 3);
}

TEST_CASE("whoever is dialled where the call comes from is not held up by those who are not") {
  DialWorld world;
  for (int i = 0; i < 10'000; ++i) world.take("9.9.9.9", of_world(i * 256));
  for (int i = 0; i < 60; ++i) CHECK(world.take("9.9.9.9", "9.9.9.9"));
  CHECK_FALSE(world.take("9.9.9.9", "9.9.9.9"));
  CHECK(world.take("9.9.9.8", "9.9.9.8"));
  CHECK(world.take("::ffff:9.9.9.7", "9.9.9.7"));
}

TEST_CASE("a connection that was welcome does not count") {
  DialWorld world;
  for (int i = 0; i < 1'000; ++i) {
    CHECK(world.take("9.9.9.9", "8.8.8.8"));
    world.limits.give_back(dialled("9.9.9.9"), dialled("8.8.8.8"));
  }
}

TEST_CASE("an IPv6 caller is its /64, and a target its /48") {
  DialWorld world;
  int seen = 0;
  for (int i = 0; i < 100; ++i) {
    const auto hex = std::to_string(i);
    if (world.take("2a00:1:2:3::" + hex, "2a00:9:9:" + hex + "::1")) ++seen;
  }
  CHECK(seen == 3);
}

TEST_CASE("what may never be dialled costs nothing and stays refused") {
  DialWorld world;
  for (int i = 0; i < 1'000; ++i) {
    const auto refused = world.limits.take(dialled("8.8.8.8"), dialled("127.0.0.1"));
    REQUIRE_FALSE(refused.ok());
    REQUIRE(refused.error().code == ErrorCode::not_allowed);
  }
  CHECK(world.take("8.8.8.8", "9.9.9.9"));
}

TEST_CASE("a host name costs its caller before it is looked up, and its network afterwards") {
  DialWorld world;
  for (int i = 0; i < 3; ++i) CHECK(world.limits.take_name(dialled("9.9.9.9")).ok());
  const auto refused = world.limits.take_name(dialled("9.9.9.9"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::too_many);
  CHECK(refused.error().retry_after);
  CHECK(world.limits.take_resolved(dialled("9.9.9.9"), dialled("9.9.9.9")).ok());
  for (int i = 0; i < 3; ++i)
    CHECK(world.limits.take_resolved(dialled("9.9.9.9"), dialled("8.8.8.8")).ok());
  CHECK_FALSE(world.limits.take_resolved(dialled("9.9.9.9"), dialled("8.8.8.9")).ok());
  CHECK_FALSE(world.limits.take_resolved(dialled("9.9.9.9"), dialled("127.0.0.1")).ok());
}
