// Failed log-ins, and what they cost who makes them.
#include <condition_variable>
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using std::chrono::seconds;

namespace {
// How long one has to wait; zero when one need not.
seconds pause(Attempts& attempts, const std::string& account, const std::string& address) {
  const auto begun = attempts.begin(account, address);
  if (begun) return seconds(0);
  CHECK(begun.error().code == ErrorCode::too_many);
  return begun.error().retry_after.value();
}
}  // namespace

TEST_CASE("after the free failures each further one doubles the pause, up to a minute") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 3, .per_address = 0});
  for (int i = 0; i < 3; ++i) CHECK(pause(attempts, "alice", "a") == seconds(0));
  for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    CHECK(pause(attempts, "alice", "a") == seconds(expected));
    clock.advance(seconds(expected));
    CHECK(pause(attempts, "alice", "a") == seconds(0));
  }
  CHECK(pause(attempts, "bob", "a") == seconds(0));
}

TEST_CASE("being turned away does not make the pause longer") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 1, .per_address = 0});
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  for (int i = 0; i < 100; ++i) CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("success clears the account, and of the address only what it took itself") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 2, .per_address = 4});
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  attempts.succeeded("alice", "a");
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  attempts.succeeded("alice", "a");
  // One failure on alice is left; with these it is four.
  for (const auto* name : {"b", "c", "d"}) CHECK(pause(attempts, name, "a") == seconds(0));
  CHECK(pause(attempts, "e", "a") == seconds(1));
  CHECK(pause(attempts, "e", "b") == seconds(0));
}

TEST_CASE("a quarter of an hour of rest forgets") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 1, .per_address = 0});
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
  clock.advance(seconds(15 * 60 + 1));
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("IPv6 addresses of one network count as one") {
  CHECK(counted_address("2001:db8:1:2::1") == counted_address("2001:db8:1:2:ffff::9"));
  CHECK(counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1"));
  CHECK(counted_address("192.0.2.1") != counted_address("192.0.2.2"));
  CHECK(counted_address("::ffff:192.0.2.1") != counted_address("::ffff:192.0.2.2"));
}

TEST_CASE("what could not be told is as if it had not been tried") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 2, .per_address = 2});
  for (int i = 0; i < 10; ++i) {
    CHECK(pause(attempts, "alice", "a") == seconds(0));
    attempts.withdrawn("alice", "a");
  }
  for (int i = 0; i < 2; ++i) CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("guessing a password is slowed down, and its right owner waits no longer than a minute") {
  World world({.limits = {.per_account = 3, .per_address = 0}});
  world.first.know("alice");
  for (int i = 0; i < 3; ++i) CHECK(code_of(world.log_in("alice", "guess")) == "unauthenticated");
  const auto refused = world.log_in("alice", "guess");
  CHECK(code_of(refused) == "too_many");
  REQUIRE(refused.error().retry_after);
  CHECK(refused.error().retry_after->count() >= 1);
  CHECK(code_of(world.log_in("alice")) == "too_many");  // the right one says nothing either
  CHECK(code_of(world.log_in("ALICE", "guess")) == "too_many");  // nor does another spelling
  CHECK(world.first.checked == 3);
  world.clock.advance(seconds(1));
  CHECK(world.log_in("alice").ok());
  CHECK(world.log_in("alice").ok());
}

TEST_CASE("names that nobody has are limited as others are") {
  World world({.limits = {.per_account = 2, .per_address = 0}});
  for (int i = 0; i < 2; ++i) CHECK(code_of(world.log_in("nobody")) == "unauthenticated");
  CHECK(code_of(world.log_in("nobody")) == "too_many");
}

TEST_CASE("one address that tries many names is slowed down") {
  World world({.limits = {.per_account = 5, .per_address = 10}});
  for (int i = 0; i < 10; ++i)
    CHECK(code_of(world.log_in("name" + std::to_string(i))) == "unauthenticated");
  CHECK(code_of(world.log_in("name10")) == "too_many");
  CHECK(code_of(world.log_in("name10", "right", "192.0.2.2")) == "unauthenticated");
}

TEST_CASE("many at once guess no more often than one after the other") {
  World world({.limits = {.per_account = 3, .per_address = 0}});
  world.first.know("alice");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) static_cast<void>(world.log_in("alice", "guess"));
    });
  for (auto& thread : threads) thread.join();
  CHECK(world.group->idle(seconds(0)));
  CHECK(world.first.checked <= 3);
}
