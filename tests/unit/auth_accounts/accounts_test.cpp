// Administering accounts.
#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

TEST_CASE("names and passwords are checked") {
  World world;
  for (const std::string name :
       {"", "Alice", ".alice", "-a", "_a", "al ice", "al/ice", "älice", "a\n", "owner"})
    CHECK(code_of(world.authority->create(name, "password")) == "invalid_argument");
  CHECK(code_of(world.authority->create(std::string(65, 'a'), "password")) == "invalid_argument");
  for (const std::string name : {"a", "0", "al.ice_b-c"})
    CHECK(world.authority->create(name, "password").ok());
  CHECK(world.authority->create(std::string(64, 'a'), "password").ok());

  for (const std::string password : {"", "7 chars", "1234567", "\xff\xff\xff\xff\xff\xff\xff\xff"})
    CHECK(code_of(world.authority->create("bob", password)) == "invalid_argument");
  // Eight bytes, but only four characters.
  CHECK(code_of(world.authority->create("bob", "ääää")) == "invalid_argument");
  CHECK(code_of(world.authority->create("bob", std::string(1025, 'x'))) == "invalid_argument");
  CHECK(world.authority->create("bob", "ääääääää").ok());
  CHECK(world.check("bob", "ääääääää").ok());
}

TEST_CASE("groups and roles are checked") {
  World world;
  world.make("alice");
  const auto with_groups = [&](std::vector<std::string> groups) {
    return code_of(world.authority->change("alice", {{}, std::move(groups), {}, {}}));
  };
  CHECK(with_groups({"friends", "family-2"}) == "ok");
  CHECK(with_groups({"two words"}) == "invalid_argument");
  CHECK(with_groups({""}) == "invalid_argument");
  CHECK(with_groups(std::vector<std::string>(65, "g")) == "invalid_argument");
  CHECK(code_of(world.authority->change("alice", {{}, {}, std::vector<std::string>{"god"}, {}})) ==
        "invalid_argument");
  CHECK(world.authority->get("alice")->groups == std::vector<std::string>{"friends", "family-2"});
}

TEST_CASE("a change touches what it names and nothing else") {
  World world;
  world.make("alice");
  REQUIRE(
      world.authority
          ->change("alice",
                   {{}, std::vector<std::string>{"friends"}, std::vector<std::string>{"admin"}, {}})
          .ok());
  const auto changed = world.authority->change("alice", {"another one", {}, {}, {}});
  REQUIRE(changed.ok());
  CHECK(changed->groups == std::vector<std::string>{"friends"});
  CHECK(changed->roles == std::vector<std::string>{"admin"});
  CHECK_FALSE(changed->disabled);
  CHECK(changed->created == world.clock.now());
  CHECK(code_of(world.authority->change("bob", {"another one", {}, {}, {}})) == "not_found");
}

TEST_CASE("an account is made once and removed once") {
  World world;
  world.make("alice");
  CHECK(code_of(world.authority->create("alice", "password")) == "already_exists");
  CHECK(world.authority->remove("alice").ok());
  CHECK(code_of(world.authority->remove("alice")) == "not_found");
  CHECK(code_of(world.authority->get("alice")) == "not_found");
  CHECK_FALSE(world.check("alice")->has_value());
  world.open();
  CHECK(world.authority->size() == 0);
}

TEST_CASE("accounts are listed by name, a page at a time") {
  World world;
  for (const std::string name : {"carol", "alice", "dave", "bob", "eve"}) world.make(name);
  std::vector<std::string> names;
  PageRequest page{.limit = 2, .after = {}};
  do {
    const auto got = world.authority->list(page);
    REQUIRE(got.ok());
    CHECK(got->items.size() <= 2);
    for (const auto& account : got->items) names.push_back(account.name);
    page.after = got->next;
  } while (!page.after.empty());
  CHECK(names == std::vector<std::string>{"alice", "bob", "carol", "dave", "eve"});
}

TEST_CASE("there may be so many accounts and no more") {
  World world({.max_accounts = 2});
  world.make("alice");
  world.make("bob");
  CHECK(code_of(world.authority->create("carol", "password")) == "too_many");
  CHECK(world.authority->remove("bob").ok());
  CHECK(world.authority->create("carol", "password").ok());
}

TEST_CASE("registration is open where the operator says so") {
  World world;
  CHECK_FALSE(world.authority->open_registration());
  world.policy.open_registration = true;
  world.authority->set_policy(world.policy);
  CHECK(world.authority->open_registration());
}
