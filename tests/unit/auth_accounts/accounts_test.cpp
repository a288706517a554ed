// Administering accounts.
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

TEST_CASE("names and passwords are checked") {
  World world;
  for (const std::string name :
       {"", " ", ".alice", "-a", "_a", "al ice", "al/ice", "älice", "a\nb", "owner"})
    CHECK(code_of(world.authority->create(name, "password", true)) == "invalid_argument");
  CHECK(code_of(world.authority->create(std::string(65, 'a'), "password", true)) ==
        "invalid_argument");
  for (const std::string name : {"a", "0", "al.ice_b-c"})
    CHECK(world.authority->create(name, "password", true).ok());
  CHECK(world.authority->create(std::string(64, 'a'), "password", true).ok());

  for (const std::string password : {"", "7 chars", "1234567", "\xff\xff\xff\xff\xff\xff\xff\xff"})
    CHECK(code_of(world.authority->create("bob", password, true)) == "invalid_argument");
  // Eight bytes, but only four characters.
  CHECK(code_of(world.authority->create("bob", "ääää", true)) == "invalid_argument");
  CHECK(code_of(world.authority->create("bob", std::string(1025, 'x'), true)) ==
        "invalid_argument");
  CHECK(world.authority->create("bob", "ääääääää", true).ok());
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
  CHECK(code_of(world.authority->create("alice", "password", true)) == "already_exists");
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
  CHECK(code_of(world.authority->create("carol", "password", true)) == "too_many");
  CHECK(world.authority->remove("bob").ok());
  CHECK(world.authority->create("carol", "password", true).ok());
}

TEST_CASE("registration is open where the operator says so") {
  World world;
  CHECK_FALSE(world.authority->open_registration());
  world.policy.open_registration = true;
  world.authority->set_policy(world.policy);
  CHECK(world.authority->open_registration());
}

TEST_CASE("a name is folded before it is looked up") {
  World world;
  CHECK(world.authority->create(" Alice", "password", true)->name == "alice");
  CHECK(code_of(world.authority->create("ALICE", "password", true)) == "already_exists");
  CHECK(world.grant("Alice ").account == "alice");
  CHECK(world.authority->get("aLICE")->name == "alice");
  AccountChange change;
  change.groups = {"friends"};
  CHECK(world.authority->change("Alice", change)->groups == *change.groups);
  CHECK(world.authority->remove("ALICE").ok());
}

TEST_CASE("only an admin makes an account that looks like somebody in charge") {
  World world;
  for (const std::string name : {"admin", "Admin", "root", "support", "system", "swapmeet"})
    CHECK(code_of(world.authority->create(name, "password", false)) == "invalid_argument");
  CHECK(world.authority->create("admin", "password", true).ok());
  CHECK(code_of(world.authority->create("owner", "password", true)) == "invalid_argument");
}

TEST_CASE("the old password is looked at when it is sent") {
  World world;
  world.make("alice");
  AccountChange change;
  change.password = "another one";
  change.old_password = "guess";
  CHECK(code_of(world.authority->change("alice", change)) == "not_allowed");
  CHECK(world.check("alice").ok());
  change.old_password = "password";
  CHECK(world.authority->change("alice", change).ok());
  CHECK(world.check("alice", "another one").ok());
}

TEST_CASE("a ban says why and until when, ends sessions, and is over when it is over") {
  World world;
  world.make("alice");
  const auto before = world.grant("alice").version;
  AccountChange change;
  change.ban = AccountBan{"spam", world.clock.now() + std::chrono::hours(1)};
  const auto banned = world.authority->change("alice", change);
  REQUIRE(banned.ok());
  CHECK(banned->ban == *change.ban);
  const auto refused = world.check("alice");
  CHECK(code_of(refused) == "not_allowed");
  CHECK(refused.error().message == "the account is banned until 2026-01-01T01:00:00Z: spam");
  CHECK(code_of(world.check("alice", "guess")) == "unauthenticated");  // strangers learn nothing
  CHECK_FALSE(world.authority->current("alice")->has_value());
  world.open();
  CHECK(world.authority->get("alice")->ban == *change.ban);
  world.clock.advance(std::chrono::hours(1));
  CHECK_FALSE(world.authority->get("alice")->ban);
  CHECK(world.grant("alice").version != before);
  change.ban = AccountBan{"again", std::nullopt};
  CHECK(world.authority->change("alice", change).ok());
  CHECK(world.check("alice").error().message == "the account is banned for good: again");
  change.ban = std::optional<AccountBan>();
  CHECK(world.authority->change("alice", change).ok());
  CHECK(world.check("alice").ok());
  change.ban = AccountBan{"", std::nullopt};
  CHECK(code_of(world.authority->change("alice", change)) == "invalid_argument");
}

TEST_CASE("when somebody has logged in last is known") {
  World world;
  world.make("alice");
  CHECK_FALSE(world.authority->get("alice")->last_login);
  CHECK_FALSE(world.check("alice", "guess").ok());
  CHECK_FALSE(world.authority->get("alice")->last_login);
  CHECK(world.check("alice").ok());
  CHECK(world.authority->get("alice")->last_login == world.clock.now());
  world.open();
  CHECK(world.authority->get("alice")->last_login == world.clock.now());
}

namespace {
Invitation invitation(World& world) {
  Invitation wanted;
  wanted.made_by = "ann";
  wanted.note = "for Bob";
  wanted.expires = world.clock.now() + std::chrono::hours(1);
  wanted.groups = {"friends"};
  return wanted;
}
}  // namespace

TEST_CASE("an invitation makes one account, and is gone then") {
  World world;
  const auto issued = world.authority->invite(invitation(world));
  REQUIRE(issued.ok());
  world.open();
  CHECK(world.authority->invitations()->size() == 1);
  CHECK(code_of(world.authority->join("guess", "bob", "password")) == "not_found");
  // What goes wrong uses nothing up.
  CHECK(code_of(world.authority->join(issued->code, "bob", "short")) == "invalid_argument");
  CHECK(code_of(world.authority->join(issued->code, "admin", "password")) == "invalid_argument");
  const auto bob = world.authority->join(issued->code, "Bob", "password");
  REQUIRE(bob.ok());
  CHECK(bob->name == "bob");
  CHECK(bob->groups == std::vector<std::string>{"friends"});
  CHECK(code_of(world.authority->join(issued->code, "cyd", "password")) == "not_found");
  CHECK(world.authority->invitations()->empty());
}

TEST_CASE("an invitation runs out, and can be withdrawn") {
  World world;
  const auto first = world.authority->invite(invitation(world)).value();
  const auto second = world.authority->invite(invitation(world)).value();
  CHECK(world.authority->withdraw_invitation(first.invitation.id).ok());
  CHECK(code_of(world.authority->withdraw_invitation(first.invitation.id)) == "not_found");
  CHECK(code_of(world.authority->join(first.code, "bob", "password")) == "not_found");
  world.clock.advance(std::chrono::hours(1));
  CHECK(code_of(world.authority->join(second.code, "bob", "password")) == "not_found");
}

TEST_CASE("of many who use one invitation at once, one becomes an account") {
  World world;
  const auto code = world.authority->invite(invitation(world)).value().code;
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      if (world.authority->join(code, "name" + std::to_string(i), "password")) ++made;
    });
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(world.authority->size() == 1);
}

TEST_CASE("the first admin is made with a code, of which the newest counts, until there is one") {
  World world;
  const auto older = world.authority->set_up_code().value();
  const auto code = world.authority->set_up_code().value();
  CHECK(code_of(world.authority->join(older, "ann", "password")) == "not_found");
  const auto ann = world.authority->join(code, "ann", "password");
  REQUIRE(ann.ok());
  CHECK(ann->roles == std::vector<std::string>{"admin"});
  CHECK(world.authority->set_up_code().value().empty());
}
