// Failed log-ins, what they cost who makes them, and that they cost nobody else anything.
#include <thread>

#include "host/auth/networks.h"
#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using std::chrono::seconds;

namespace {

LogInCaller stranger(const std::string& name, const std::string& address) {
  LogInCaller caller;
  caller.name = name;
  caller.address = address;
  return caller;
}

LogInCaller with_device(const std::string& name, const std::string& device) {
  auto caller = stranger(name, "a");
  caller.device = device;
  return caller;
}

// How long one has to wait; zero when one need not.
seconds pause(Attempts& attempts, const LogInCaller& caller) {
  const auto begun = attempts.begin(caller);
  if (begun) return seconds(0);
  CHECK(begun.error().code == ErrorCode::too_many);
  return begun.error().retry_after.value();
}

seconds pause(Attempts& attempts, const std::string& name, const std::string& address) {
  return pause(attempts, stranger(name, address));
}

// As if it had come from there: 100,000 of them.
std::string address(int number) {
  return {10, static_cast<char>(number >> 16), static_cast<char>(number >> 8),
          static_cast<char>(number)};
}

}  // namespace

TEST_CASE(
    "after the free failures each further one doubles the pause, up to a quarter of an hour") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 3, .per_address = 1000});
  for (int i = 0; i < 3; ++i) CHECK(pause(attempts, "alice", "a") == seconds(0));
  for (const int expected : {1, 2, 4, 8, 16, 32, 64, 128, 256}) {
    CHECK(pause(attempts, "alice", "a") == seconds(expected));
    clock.advance(seconds(expected));
    CHECK(pause(attempts, "alice", "a") == seconds(0));
  }
  CHECK(pause(attempts, "bob", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "b") == seconds(0));
}

TEST_CASE("being turned away does not make the pause longer") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 1, .per_address = 0});
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  for (int i = 0; i < 100; ++i) CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("success clears one's own failures at the account, and of the address only one") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 2, .per_address = 4});
  for (int i = 0; i < 3; ++i) {
    const auto right = attempts.begin(stranger("alice", "a"));
    REQUIRE(right.ok());
    attempts.succeeded(*right);
  }
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  // One failure on alice is there; with these it is four.
  for (const auto* name : {"b", "c", "d"}) CHECK(pause(attempts, name, "a") == seconds(0));
  CHECK(pause(attempts, "e", "a") == seconds(1));
  CHECK(pause(attempts, "e", "b") == seconds(0));
}

TEST_CASE("an hour of rest forgets") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 1, .per_address = 0});
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
  clock.advance(seconds(60 * 60 + 1));
  CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("IPv6 addresses of one network count as one") {
  CHECK(counted_address("2001:db8:1:2::1") == counted_address("2001:db8:1:2:ffff::9"));
  CHECK(counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1"));
  CHECK(counted_address("192.0.2.1") != counted_address("192.0.2.2"));
  CHECK(counted_address("::ffff:192.0.2.1") != counted_address("::ffff:192.0.2.2"));
  CHECK(counted_address("::ffff:192.0.2.1") == counted_address("192.0.2.1"));
}

TEST_CASE("what could not be told is as if it had not been tried") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 2, .per_address = 2});
  for (int i = 0; i < 10; ++i) {
    const auto begun = attempts.begin(stranger("alice", "a"));
    REQUIRE(begun.ok());
    CHECK(begun->standing == Standing::apart);
    attempts.withdrawn(*begun);
  }
  for (int i = 0; i < 2; ++i) CHECK(pause(attempts, "alice", "a") == seconds(0));
  CHECK(pause(attempts, "alice", "a") == seconds(1));
}

TEST_CASE("however many guess at a name, and for how long, a clean address is looked at") {
  testing::ManualClock clock;
  Attempts attempts(clock, {});
  int looked_at = 0;
  for (int i = 0; i < 100'000; ++i) {
    looked_at += pause(attempts, "alice", address(i % 300)) == seconds(0) ? 1 : 0;
    if (i % 100 == 0) clock.advance(seconds(1));
    if (i % 997 != 0) continue;
    // Whenever its owner comes, and wherever from.
    const auto owner = attempts.begin(stranger("alice", address(1'000'000 + i)));
    REQUIRE(owner.ok());
    CHECK(owner->standing < Standing::failed);
    attempts.succeeded(*owner);
  }
  // Guessing is slow all the same: a handful from each of the 300 in this quarter of an hour.
  CHECK(looked_at < 300 * 6);
}

TEST_CASE("nobody is held to what others do who happen to share a place in a table") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 1, .per_address = 1});
  for (int i = 0; i < 100'000; ++i)
    static_cast<void>(attempts.begin(stranger("alice", address(i))));
  for (int i = 0; i < 1'000; ++i)
    CHECK(attempts.begin(stranger("alice", address(200'000 + i))).ok());
}

TEST_CASE("a device and an address that have logged in before are counted apart") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 3, .per_address = 10});
  while (pause(attempts, "alice", "a") == seconds(0)) {
  }
  for (int i = 0; i < 20; ++i) static_cast<void>(pause(attempts, "name" + std::to_string(i), "a"));
  const auto phone = attempts.begin(with_device("alice", "phone"));
  REQUIRE(phone.ok());
  CHECK(phone->standing == Standing::known);
  attempts.succeeded(*phone);
  auto home = stranger("alice", "home");
  home.knows_address = true;
  CHECK(attempts.begin(home)->standing == Standing::known);
  // It cannot guess either, and is heard again after a minute at most.
  for (int i = 0; i < 3; ++i) CHECK(pause(attempts, with_device("alice", "phone")) == seconds(0));
  for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60}) {
    CHECK(pause(attempts, with_device("alice", "phone")) == seconds(expected));
    clock.advance(seconds(expected));
    CHECK(pause(attempts, with_device("alice", "phone")) == seconds(0));
  }
}

TEST_CASE("where many guess at one name, each address has fewer tries at it, and none elsewhere") {
  testing::ManualClock clock;
  Attempts attempts(clock, {.per_account = 5, .per_address = 50});
  for (int i = 0; i < 20; ++i) CHECK(pause(attempts, "alice", address(i)) == seconds(0));
  CHECK(pause(attempts, "alice", "b") == seconds(0));
  CHECK(pause(attempts, "alice", "b") == seconds(0));
  CHECK(pause(attempts, "alice", "b") == seconds(8));
  for (int i = 0; i < 5; ++i) CHECK(pause(attempts, "bob", "b") == seconds(0));
}

TEST_CASE("who had to go unheard comes before those who come for the first time") {
  testing::ManualClock clock;
  Attempts attempts(clock, {});
  for (int i = 0; i < 30; ++i) static_cast<void>(pause(attempts, "alice", address(i)));
  const auto begun = attempts.begin(stranger("alice", "a"));
  CHECK(begun->standing == Standing::apart);
  attempts.put_off(*begun);
  CHECK(attempts.begin(stranger("alice", "a"))->standing == Standing::patient);
  CHECK(attempts.begin(stranger("alice", "a"))->standing == Standing::failed);
}

TEST_CASE("guessing from one address is slowed down, and its owner elsewhere does not wait") {
  World world({.limits = {.per_account = 3, .per_address = 50}});
  world.first.know("alice");
  for (int i = 0; i < 3; ++i) CHECK(code_of(world.log_in("alice", "guess")) == "unauthenticated");
  const auto refused = world.log_in("alice", "guess");
  CHECK(code_of(refused) == "too_many");
  REQUIRE(refused.error().retry_after);
  CHECK(refused.error().retry_after->count() >= 1);
  CHECK(code_of(world.log_in("alice")) == "too_many");  // the right one says nothing either
  CHECK(code_of(world.log_in(" ALICE", "guess")) == "too_many");  // nor does another spelling
  CHECK(world.first.checked == 3);
  CHECK(world.log_in("alice", "right", "192.0.2.2").ok());
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
  World world({.limits = {.per_account = 3, .per_address = 50}});
  world.first.know("alice");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) static_cast<void>(world.log_in("alice", "guess"));
    });
  for (auto& thread : threads) thread.join();
  CHECK(world.group->idle(std::chrono::hours(1)));
  CHECK(world.first.checked <= 3);
}

TEST_CASE("who comes from a network where nobody has failed goes before those where many do") {
  testing::ManualClock clock;
  Attempts attempts(clock, {});
  const auto standing = [&](const std::string& address) {
    const auto begun = attempts.begin(stranger("alice", counted_address(address)));
    REQUIRE(begun.ok());
    attempts.withdrawn(*begun);
    return begun->standing;
  };
  CHECK(attempts.begin(stranger("alice", counted_address("10.1.1.1"))).ok());
  CHECK(standing("10.2.1.1") == Standing::apart);
  CHECK(standing("10.1.2.1") == Standing::near);
  CHECK(standing("10.1.1.2") == Standing::clean);
  CHECK(standing("10.1.1.1") == Standing::failed);
  CHECK(attempts.begin(stranger("bob", counted_address("2001:db8:1:2::3"))).ok());
  CHECK(standing("2001:db9::1") == Standing::apart);
  CHECK(standing("2001:db8:2::1") == Standing::near);
  CHECK(standing("2001:db8:1:3::1") == Standing::clean);
}
