// Logging in, by several plugins in order.
#include <thread>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;

TEST_CASE("who logs in is known by the session, whose token says where it is from") {
  World world;
  world.second.accounts["ann"] = {"right",
                                  {.account = "ann", .groups = {"friends"}, .roles = {"admin"}}};
  const auto session = world.log_in("ann");
  REQUIRE(session.ok());
  CHECK(session->identity == Identity{"ann", {"friends"}, {"admin"}});
  CHECK(session->expires == world.clock.now() + std::chrono::hours(24 * 7));
  CHECK(session->token.starts_with("second."));
  CHECK(session->token.size() == 7 + 64);
  CHECK(*world.group->identify(session->token) == session->identity);
  CHECK(world.second.seen.address == "192.0.2.1");
}

TEST_CASE("plugins are asked in order, and the first that knows a name decides") {
  World world;
  world.first.know("ann", "hers");
  world.second.know("ann", "another's");
  world.second.know("bob");
  CHECK(world.log_in("ann", "hers").ok());
  CHECK(world.second.checked == 0);
  CHECK(code_of(world.log_in("ann", "another's")) == "unauthenticated");
  CHECK(world.second.checked == 0);
  CHECK(world.log_in("bob").ok());
  CHECK(world.second.checked == 1);
}

TEST_CASE("a wrong password and a name that nobody knows look the same") {
  World world;
  world.first.know("ann");
  const auto wrong = world.log_in("ann", "wrong");
  const auto unknown = world.log_in("nobody");
  REQUIRE_FALSE(wrong.ok());
  REQUIRE_FALSE(unknown.ok());
  CHECK(wrong.error() == unknown.error());
}

TEST_CASE("a plugin that cannot tell is an outage: it names itself, and counts as no failure") {
  World world({.limits = {.per_account = 2, .per_address = 2}});
  world.second.know("ann");
  world.first.away = unavailable("the directory is away");
  for (int i = 0; i < 10; ++i) {
    const auto refused = world.log_in("ann");
    CHECK(code_of(refused) == "unavailable");
    CHECK(refused.error().message == "auth.first: the directory is away");
  }
  CHECK(world.second.checked == 0);  // whether the name is the first one's cannot be told
  world.first.away.reset();
  CHECK(world.log_in("ann").ok());
}

TEST_CASE("a plugin that throws is named, and what it threw stays in the log") {
  struct Throwing final : Authenticator {
    Result<std::optional<Grant>> check(const LogIn&) override {
      throw std::runtime_error("secret innards");
    }
  } throwing;
  World world;
  REQUIRE(
      world.group
          ->set_plugins({{"auth.first", static_cast<Authenticator*>(&throwing), &world.first_gate}})
          .ok());
  const auto refused = world.log_in("ann");
  CHECK(code_of(refused) == "internal");
  CHECK(refused.error().message.find("auth.first") == 0);
  CHECK(refused.error().message.find("innards") == std::string::npos);
  REQUIRE(world.threw.size() == 1);
  CHECK(world.threw[0].find("innards") != std::string::npos);
}

TEST_CASE("a name that stands for an account of an earlier plugin is refused, which is told once") {
  World world;
  world.first.know("ann");
  world.second.accounts["ANN@example.org"] = {"right", {.account = "ann", .groups = {"spies"}}};
  world.second.accounts["BOB@example.org"] = {"right", {.account = "bob"}};
  for (int i = 0; i < 2; ++i) CHECK(code_of(world.log_in("ANN@example.org")) == "unauthenticated");
  CHECK(world.logged("an account of two plugins: the first one's counts account=ann"));
  CHECK(world.log.find("two plugins") == world.log.rfind("two plugins"));
  CHECK(world.log_in("BOB@example.org")->identity.account == "bob");
}

TEST_CASE("what is not worth asking about is asked of nobody, and is a failure") {
  World world({.limits = {.per_account = 100, .per_address = 6}});
  world.first.know("ann");
  for (const auto& [name, password] :
       std::vector<std::pair<std::string, std::string>>{{"ann", ""},
                                                        {"", "right"},
                                                        {"ann", std::string("right\0", 6)},
                                                        {"ann", "\xff"},
                                                        {"ann", std::string(1025, 'x')},
                                                        {std::string(1025, 'a'), "right"}})
    CHECK(code_of(world.log_in(name, password)) == "unauthenticated");
  CHECK(world.first.checked == 0);
  CHECK(code_of(world.log_in("ann")) == "too_many");
}

TEST_CASE("a plugin cannot make the owner, or anything else that cannot be") {
  World world;
  for (const Grant& grant :
       {Grant{.account = "owner"}, Grant{.account = ""}, Grant{.account = "a\nb"},
        Grant{.account = std::string(256, 'a')}, Grant{.account = "x", .groups = {"a\nb"}},
        Grant{.account = "x", .groups = std::vector<std::string>(65, "g")},
        Grant{.account = "x", .groups = {}, .roles = {"god"}}}) {
    world.first.accounts["x"] = {"right", grant};
    CHECK(code_of(world.log_in("x")) == "internal");
  }
  CHECK(world.group->sessions() == 0);
  CHECK(world.logged("grants what cannot be plugin=auth.first"));
}

TEST_CASE("passwords, and what nobody is called, never reach the log") {
  World world;
  world.first.know("ann", "a secret phrase");
  CHECK_FALSE(world.log_in("ann", "a mistyped phrase").ok());
  CHECK_FALSE(world.log_in("my password in the wrong field", "x").ok());
  const auto session = world.log_in("ann", "a secret phrase");
  REQUIRE(session.ok());
  CHECK_FALSE(world.logged("phrase"));
  CHECK_FALSE(world.logged("wrong field"));
  CHECK_FALSE(world.logged(session->token));
  CHECK(world.logged("log-in failed account=ann address=192.0.2.1 plugin=auth.first"));
}

TEST_CASE("where no plugin has accounts nobody logs in, and everyone may share") {
  World world;
  world.open({});
  CHECK(code_of(world.log_in("ann")) == "unsupported");
  for (const auto* token : {"", "left over from another configuration"}) {
    const auto who = world.group->identify(token);
    REQUIRE(who.ok());
    CHECK(who->is_guest());
    CHECK_FALSE(who->read_only);
  }
}

TEST_CASE("what guests may do is the operator's choice") {
  World world;
  const auto guest = world.group->identify("");
  REQUIRE_FALSE(guest.ok());
  CHECK(guest.error().code == ErrorCode::unauthenticated);
  CHECK(guest.error().message.find("/api/v1/sessions") != std::string::npos);
  world.group->set_rules({.guests = Guests::read});
  REQUIRE(world.group->identify("").ok());
  CHECK(world.group->identify("")->read_only);
  CHECK(world.group->identify("")->is_guest());
  world.group->set_rules({.guests = Guests::share});
  CHECK_FALSE(world.group->identify("")->read_only);
  CHECK(world.who("not a session") == "unauthenticated");
  world.open({});
  world.group->set_rules({.guests = Guests::refuse});
  CHECK(world.who("") == "unauthenticated");
}

TEST_CASE(
    "a plugin that blocks holds up nobody but those who log in through it, and not for long") {
  World world;
  world.first.know("ann");
  for (const auto* name : {"bob", "cyd", "dan"}) world.second.know(name);
  const auto ann = world.token("ann");
  const auto bob = world.token("bob");
  world.second.block();
  auto first = world.start("bob");
  auto second = world.start("cyd");
  world.second.await_checks(3);
  // Sessions and guests are known, another plugin's people log in, and of its own nobody gets in.
  CHECK(world.who(ann) == "ann");
  CHECK(world.who(bob) == "bob");
  CHECK(world.log_in("ann").ok());
  auto third = world.start("dan");
  while (world.group->waiting() == 0) std::this_thread::yield();
  world.clock.advance(std::chrono::seconds(8));
  world.group->tend();
  const auto refused = third.get();
  CHECK(code_of(refused) == "too_many");
  CHECK(refused.error().retry_after == std::chrono::seconds(1));
  world.clock.advance(std::chrono::seconds(2));
  world.group->tend();
  CHECK(code_of(first.get()) == "timed_out");
  CHECK(code_of(second.get()) == "timed_out");
  CHECK(world.second.seen.deadline.is_cancelled());
  // By now it is an outage.
  const auto fourth = world.log_in("bob");
  CHECK(code_of(fourth) == "unavailable");
  CHECK(fourth.error().message == "auth.second does not answer; try again later");
  CHECK_FALSE(world.group->idle(std::chrono::milliseconds(0)));
  world.second.unblock();
  CHECK(world.group->idle(std::chrono::hours(1)));
  CHECK(world.log_in("bob").ok());
}

TEST_CASE("a host that stops waits for no plugin") {
  World world;
  world.first.block();
  auto waiting = world.start("ann");
  world.first.await_checks(1);
  world.group->stop();
  CHECK(code_of(waiting.get()) == "unavailable");
  CHECK_FALSE(world.group->idle(std::chrono::milliseconds(0)));
  world.first.unblock();
  CHECK(world.group->idle(std::chrono::hours(1)));
}

TEST_CASE("an account that is banned is told why, once the password is right") {
  World world;
  world.first.away = Error{ErrorCode::not_allowed, "the account is banned for good: spam", {}};
  const auto refused = world.log_in("ann");
  CHECK(code_of(refused) == "not_allowed");
  CHECK(refused.error().message == "the account is banned for good: spam");
}
