// Whose password is right, and what the host hears of changes.
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

namespace {
const AccountChange kDisabled{{}, {}, {}, true};
const AccountChange kEnabled{{}, {}, {}, false};
}  // namespace

TEST_CASE("who knows the password is granted the account's groups and roles") {
  World world;
  world.make("alice");
  REQUIRE(world.authority
              ->change("alice", {.password = {},
                                 .groups = std::vector<std::string>{"friends"},
                                 .roles = std::vector<std::string>{"admin"},
                                 .disabled = {}})
              .ok());
  const auto grant = world.grant("alice");
  CHECK(grant.account == "alice");
  CHECK(grant.groups == std::vector<std::string>{"friends"});
  CHECK(grant.roles == std::vector<std::string>{"admin"});
  CHECK(*world.authority->current("alice") == grant);
}

TEST_CASE(
    "a wrong password and a disabled account look the same, and an unknown name is not ours") {
  World world;
  world.make("alice");
  world.make("bob");
  REQUIRE(world.authority->change("bob", kDisabled).ok());
  const auto wrong = world.check("alice", "Password");
  const auto disabled = world.check("bob");
  CHECK(code_of(wrong) == "unauthenticated");
  REQUIRE_FALSE(disabled.ok());
  CHECK(disabled.error() == wrong.error());
  const auto unknown = world.check("carol");
  REQUIRE(unknown.ok());
  CHECK_FALSE(unknown->has_value());
}

TEST_CASE("a changed password is another version, for its account and for no other") {
  World world;
  world.make("alice");
  world.make("bob");
  const auto before = world.grant("alice").version;
  const auto other = world.grant("bob").version;
  REQUIRE(world.authority->change("alice", {"another one", {}, {}, {}}).ok());
  CHECK(code_of(world.check("alice")) == "unauthenticated");
  CHECK(world.grant("alice", "another one").version != before);
  CHECK(world.grant("bob").version == other);
  const auto told = world.sessions.take_changes();
  REQUIRE(told.size() == 1);
  CHECK(told[0] == world.grant("alice", "another one"));
}

TEST_CASE("a disabled account may do nothing, and is another version when it is enabled again") {
  World world;
  world.make("alice");
  const auto before = world.grant("alice").version;
  REQUIRE(world.authority->change("alice", kDisabled).ok());
  CHECK_FALSE(world.authority->current("alice")->has_value());
  CHECK(world.sessions.take_ended() == std::vector<std::string>{"alice"});
  REQUIRE(world.authority->change("alice", kEnabled).ok());
  CHECK(world.grant("alice").version != before);
}

TEST_CASE("a removed account ends, and another of the same name is another version") {
  World world;
  world.make("alice");
  const auto before = world.grant("alice").version;
  REQUIRE(world.authority->remove("alice").ok());
  CHECK(world.sessions.take_ended() == std::vector<std::string>{"alice"});
  CHECK_FALSE(world.authority->current("alice")->has_value());
  world.make("alice");
  CHECK(world.grant("alice").version != before);
}

TEST_CASE("accounts and their versions outlive the host") {
  World world;
  world.make("alice");
  REQUIRE(world.authority
              ->change("alice", {{},
                                 std::vector<std::string>{"family", "friends"},
                                 std::vector<std::string>{"admin"},
                                 {}})
              .ok());
  const auto before = world.grant("alice");
  world.open();
  CHECK(world.grant("alice") == before);
}

TEST_CASE("a password hashed at another cost is hashed anew at the next log-in") {
  World world;
  world.make("alice");
  const auto version = world.grant("alice").version;
  const auto hash = [&] { return Store(world.folder.path).all().at(0).password; };
  const auto before = hash();
  CHECK(world.check("alice").ok());
  CHECK(hash() == before);
  world.policy.cost.passes = 2;
  world.authority->set_policy(world.policy);
  CHECK_FALSE(world.check("alice", "wrong one").ok());
  CHECK(hash() == before);
  CHECK(world.check("alice").ok());
  CHECK(hash() != before);
  CHECK(hash().find("t=2") != std::string::npos);
  CHECK(world.grant("alice").version == version);  // the password is still the same
  world.open();
  CHECK(world.check("alice").ok());
}

TEST_CASE("passwords never reach the log") {
  World world;
  world.make("alice", "a secret phrase");
  CHECK_FALSE(world.check("alice", "a mistyped phrase").ok());
  CHECK(world.check("alice", "a secret phrase").ok());
  CHECK(world.log.find("phrase") == std::string::npos);
}

TEST_CASE("only so many passwords are hashed at once, and others wait for their turn") {
  Passwords passwords({.memory = 8192, .passes = 1, .slots = 2});
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        const auto slot = passwords.take_slot();
        const int now = ++inside;
        for (int before = most; now > before && !most.compare_exchange_weak(before, now);) {
        }
        static_cast<void>(slot.verify("no hash", "x"));
        --inside;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(most <= 2);
}
