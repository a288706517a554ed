// How long a session lasts, and what becomes of it when its account changes.
#include <fstream>
#include <sstream>
#include <thread>

#include "swapmeet/digest.h"
#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

TEST_CASE("a session runs out") {
  World world({.session_length = 1h});
  world.first.know("ann");
  const auto token = world.token("ann");
  world.clock.advance(59min);
  CHECK(world.who(token) == "ann");
  world.clock.advance(1min);
  CHECK(world.who(token) == "unauthenticated");
  CHECK(world.group->sessions() == 1);
  world.group->tend();
  CHECK(world.group->sessions() == 0);
}

TEST_CASE("sessions outlive the host, and of a token only the digest is on the disk") {
  World world;
  world.first.accounts["ann"] = {
      "right", {.account = "ann", .groups = {"a", "b"}, .roles = {"admin"}, .version = "hash"}};
  const auto token = world.token("ann");
  world.open();
  CHECK(*world.group->identify(token) == Identity{"ann", {"a", "b"}, {"admin"}});
  std::string bytes;
  for (const auto* name : {"sessions.db", "sessions.db-wal"}) {
    std::ifstream in(world.folder.path / name, std::ios::binary);
    bytes += (std::ostringstream() << in.rdbuf()).str();
  }
  CHECK(bytes.find("ann") != std::string::npos);
  CHECK(bytes.find(token) == std::string::npos);
  CHECK(bytes.find(token.substr(token.find('.') + 1)) == std::string::npos);
  CHECK(bytes.find("hash") == std::string::npos);
}

TEST_CASE("sessions of a plugin that is configured no more have ended for good") {
  World world;
  world.first.know("ann");
  world.second.know("bob");
  const auto ann = world.token("ann");
  const auto bob = world.token("bob");
  world.open({"auth.second"});
  CHECK(world.who(ann) == "unauthenticated");
  CHECK(world.who(bob) == "bob");
  world.open();
  CHECK(world.who(ann) == "unauthenticated");
}

TEST_CASE("a plugin that knows of a change tells it, and it counts at once and after a restart") {
  World world;
  world.first.know("ann");
  world.second.know("bob");
  const auto ann = world.token("ann");
  const auto bob = world.token("bob");
  SECTION("other groups") {
    REQUIRE(world.group->change(world.first, {.account = "ann", .groups = {"friends"}}).ok());
    CHECK(world.group->identify(ann)->groups == std::vector<std::string>{"friends"});
    world.open();
    CHECK(world.group->identify(ann)->groups == std::vector<std::string>{"friends"});
  }
  SECTION("another version: a changed password") {
    REQUIRE(world.group->change(world.first, {.account = "ann", .version = "2"}).ok());
    CHECK(world.who(ann) == "unauthenticated");
    world.open();
    CHECK(world.who(ann) == "unauthenticated");
  }
  SECTION("it has ended") {
    REQUIRE(world.group->end(world.first, "ann").ok());
    CHECK(world.who(ann) == "unauthenticated");
    world.open();
    CHECK(world.who(ann) == "unauthenticated");
  }
  SECTION("of another's account it may tell nothing") {
    REQUIRE(world.group->end(world.first, "bob").ok());
    REQUIRE(world.group->change(world.first, {.account = "bob", .roles = {"admin"}}).ok());
    CHECK(world.group->identify(bob)->roles.empty());
    FakePlugin stranger;
    CHECK(code_of(world.group->end(stranger, "bob")) == "unavailable");
  }
  CHECK(world.who(bob) == "bob");
}

TEST_CASE("what plugins say of accounts is asked for again and again, and not for each request") {
  World world({.recheck = 30s});
  world.first.know("ann");
  world.first.know("bob");
  const auto ann = world.token("ann");
  const auto bob = world.token("bob");
  world.group->tend();
  CHECK(world.first.asked == 2);
  world.clock.advance(29s);
  world.group->tend();
  for (int i = 0; i < 1000; ++i) CHECK(world.who(ann) == "ann");
  CHECK(world.first.asked == 2);
  CHECK(world.changed.empty());

  world.first.accounts["ann"].grant.groups = {"friends"};
  world.first.accounts.erase("bob");
  world.recheck();
  CHECK(world.first.asked == 4);
  CHECK(world.group->identify(ann)->groups == std::vector<std::string>{"friends"});
  CHECK(world.who(bob) == "unauthenticated");
  REQUIRE(world.changed.size() == 2);
  CHECK(world.changed[0] ==
        std::pair<std::string, std::optional<Identity>>{"ann", Identity{"ann", {"friends"}, {}}});
  CHECK(world.changed[1] == std::pair<std::string, std::optional<Identity>>{"bob", std::nullopt});

  world.first.accounts["ann"].grant.version = "another password";
  world.recheck();
  CHECK(world.who(ann) == "unauthenticated");
}

TEST_CASE("what a plugin does not tell lasts as long as the session, and is not asked again") {
  World world;
  world.first.know("ann");
  world.first.tells_current = false;
  const auto ann = world.token("ann");
  for (int i = 0; i < 3; ++i) world.recheck();
  CHECK(world.first.asked == 1);
  CHECK(world.who(ann) == "ann");
}

TEST_CASE("an outage ends nobody's session, and is not asked about for each account") {
  World world;
  for (const auto* name : {"ann", "bob", "cyd"}) {
    world.first.know(name);
    world.token(name);
  }
  world.first.away = unavailable("away");
  world.recheck();
  CHECK(world.first.asked == 1);
  CHECK(world.group->sessions() == 3);
  world.first.away.reset();
  world.first.accounts.erase("bob");
  world.recheck();
  CHECK(world.group->sessions() == 2);
}

TEST_CASE("an account that an earlier plugin has come to know is no longer the later one's") {
  World world;
  world.second.know("ann");
  const auto ann = world.token("ann");
  world.recheck();
  CHECK(world.who(ann) == "ann");
  world.first.know("ann", "somebody else's");
  world.recheck();
  CHECK(world.who(ann) == "unauthenticated");
}

TEST_CASE("an account that ends while its password is checked is not logged in") {
  World world;
  world.first.know("ann");
  world.first.block();
  std::string code;
  std::thread waiting([&] { code = code_of(world.log_in("ann")); });
  world.first.await_checks(1);
  SECTION("it has ended") { REQUIRE(world.group->end(world.first, "ann").ok()); }
  SECTION("its password has changed") {
    REQUIRE(world.group->change(world.first, {.account = "ann", .version = "2"}).ok());
  }
  world.first.unblock();
  waiting.join();
  CHECK(code == "unauthenticated");
  CHECK(world.group->sessions() == 0);
}

TEST_CASE("logging in with another version ends the sessions of the one before") {
  World world;
  world.first.know("ann");
  const auto before = world.token("ann");
  world.first.accounts["ann"].grant.version = "2";
  const auto after = world.token("ann");
  CHECK(world.who(before) == "unauthenticated");
  CHECK(world.who(after) == "ann");
}

TEST_CASE("sessions are bounded, of an account and in all, and the oldest go") {
  const TemporaryFolder folder;
  ManualClock clock;
  std::vector<std::string> tokens;
  {
    SessionTable table(folder.path, clock, {.of_account = 3, .in_all = 5});
    const auto open = [&](const std::string& account) {
      clock.advance(1s);
      const SessionTable::Meanwhile meanwhile(table);
      auto session = table.open("auth.first", {.account = account}, 1h, meanwhile);
      REQUIRE(session.ok());
      tokens.push_back(session->token);
    };
    const auto lives = [&](std::size_t at) { return table.identify(tokens[at]).has_value(); };
    for (int i = 0; i < 4; ++i) open("ann");
    CHECK_FALSE(lives(0));
    CHECK((lives(1) && lives(2) && lives(3)));
    open("bob");
    open("cyd");
    CHECK(table.size() == 5);
    open("dan");
    CHECK(table.size() == 5);
    CHECK_FALSE(lives(1));
    CHECK((lives(2) && lives(3) && lives(4) && lives(5) && lives(6)));
  }
  const SessionTable again(folder.path, clock);
  CHECK(again.size() == 5);
  CHECK_FALSE(again.identify(tokens[1]));
  CHECK(again.identify(tokens[2])->account == "ann");
}

TEST_CASE("what is kept of sessions is looked through and copied, with the key of tickets") {
  World world;
  world.first.know("ann");
  const auto token = world.token("ann");
  std::ofstream(world.folder.path / "ticket.key") << std::string(64, 'a');
  auto kept = SessionStore::kept_in(world.folder.path);
  const auto report = kept.verify();
  REQUIRE(report.ok());
  CHECK(report->problems.empty());
  CHECK(report->notes.front() == "sessions.db: 1 sessions");
  const TemporaryFolder copy;
  REQUIRE(kept.back_up(copy.path).ok());
  CHECK(std::filesystem::exists(copy.path / "ticket.key"));
  CHECK(SessionTable(copy.path, world.clock).identify(token)->account == "ann");
  std::ofstream(copy.path / "sessions.db", std::ios::in | std::ios::binary) << "no database";
  const auto damaged = SessionStore::kept_in(copy.path).verify();
  REQUIRE(damaged->problems.size() == 1);
  CHECK(damaged->problems[0].find("everyone logs in again") != std::string::npos);
}

TEST_CASE("logging in, asking, telling and tending may all happen at once") {
  World world({.session_length = 24h, .recheck = 1s, .limits = {1'000'000, 0}});
  for (const auto* name : {"ann", "bob", "cyd"}) world.first.know(name);
  const auto ann = world.token("ann");
  std::atomic<bool> stop{false};
  std::atomic<int> known{0};
  std::thread asking([&] {
    while (!stop)
      if (world.who(ann) == "ann") ++known;
  });
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i) static_cast<void>(world.log_in("bob", i % 3 ? "right" : "wrong"));
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i) {
      static_cast<void>(world.group->end(world.first, "cyd"));
      static_cast<void>(
          world.group->change(world.first, {.account = "bob", .groups = {std::to_string(i)}}));
    }
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 50; ++i) {
      world.clock.advance(1s);
      world.group->tend();
      static_cast<void>(world.log_in("cyd"));
    }
  });
  for (auto& thread : threads) thread.join();
  stop = true;
  asking.join();
  CHECK(known > 0);
  CHECK(world.who(ann) == "ann");
  CHECK(world.group->idle(std::chrono::hours(1)));
}
