// Logging in, and when a session ends.
#include <sys/stat.h>

#include <fstream>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

TEST_CASE("who logs in is known by the session") {
  World world;
  world.make("alice");
  REQUIRE(world.authority
              ->change("alice", {.password = {},
                                 .groups = std::vector<std::string>{"friends"},
                                 .roles = std::vector<std::string>{"admin"},
                                 .disabled = {}})
              .ok());
  const auto session = world.log_in("alice");
  REQUIRE(session.ok());
  CHECK(session->identity == Identity{"alice", {"friends"}, {"admin"}});
  CHECK(session->expires == world.clock.now() + std::chrono::hours(24 * 7));
  const auto who = world.authority->identify(session->token);
  REQUIRE(who.ok());
  CHECK(*who == session->identity);
}

TEST_CASE("a wrong password, an unknown name and a disabled account look the same") {
  World world;
  world.make("alice");
  world.make("bob");
  REQUIRE(world.authority->change("bob", {{}, {}, {}, true}).ok());
  const auto wrong = world.log_in("alice", "Password");
  const auto unknown = world.log_in("carol");
  const auto disabled = world.log_in("bob");
  CHECK(code_of(wrong) == "unauthenticated");
  REQUIRE_FALSE(unknown.ok());
  REQUIRE_FALSE(disabled.ok());
  CHECK(unknown.error() == wrong.error());
  CHECK(disabled.error() == wrong.error());
}

TEST_CASE("a session runs out") {
  World world({.session_length = std::chrono::hours(1)});
  world.make("alice");
  const auto token = world.token("alice");
  world.clock.advance(std::chrono::minutes(59));
  CHECK(world.knows(token));
  world.clock.advance(std::chrono::minutes(1));
  CHECK(code_of(world.authority->identify(token)) == "unauthenticated");
}

TEST_CASE("a changed password ends all sessions of its account, and of no other, at once") {
  World world;
  world.make("alice");
  world.make("bob");
  const auto first = world.token("alice");
  const auto second = world.token("alice");
  const auto other = world.token("bob");
  REQUIRE(world.authority->change("alice", {"another one", {}, {}, {}}).ok());
  CHECK_FALSE(world.knows(first));
  CHECK_FALSE(world.knows(second));
  CHECK(world.knows(other));
  CHECK(code_of(world.log_in("alice")) == "unauthenticated");
  CHECK(world.knows(world.token("alice", "another one")));
}

TEST_CASE("a disabled account's sessions end, and stay ended when it is enabled again") {
  World world;
  world.make("alice");
  const auto token = world.token("alice");
  REQUIRE(world.authority->change("alice", {{}, {}, {}, true}).ok());
  CHECK_FALSE(world.knows(token));
  REQUIRE(world.authority->change("alice", {{}, {}, {}, false}).ok());
  CHECK_FALSE(world.knows(token));
  CHECK(world.knows(world.token("alice")));
}

TEST_CASE("sessions of a removed account do not work for another of the same name") {
  World world;
  world.make("alice");
  const auto token = world.token("alice");
  REQUIRE(world.authority->remove("alice").ok());
  CHECK_FALSE(world.knows(token));
  world.make("alice");
  CHECK_FALSE(world.knows(token));
}

TEST_CASE("groups and roles count at once, in sessions that there are") {
  World world;
  world.make("alice");
  const auto token = world.token("alice");
  REQUIRE(world.authority->change("alice", {{}, std::vector<std::string>{"friends"}, {}, {}}).ok());
  CHECK(world.authority->identify(token)->groups == std::vector<std::string>{"friends"});
}

TEST_CASE("accounts and sessions outlive the host") {
  World world;
  world.make("alice");
  REQUIRE(world.authority
              ->change("alice", {{},
                                 std::vector<std::string>{"family", "friends"},
                                 std::vector<std::string>{"admin"},
                                 {}})
              .ok());
  const auto token = world.token("alice");
  world.open();
  const auto who = world.authority->identify(token);
  REQUIRE(who.ok());
  CHECK(*who == Identity{"alice", {"family", "friends"}, {"admin"}});
  CHECK(world.log_in("alice").ok());
}

TEST_CASE("another secret makes all sessions worthless") {
  World world;
  world.make("alice");
  const auto token = world.token("alice");
  fs::remove(world.folder.path / "secret.key");
  world.open();
  CHECK_FALSE(world.knows(token));
}

TEST_CASE("the secret is its owner's to read, and nobody else's") {
  World world;
  const auto file = world.folder.path / "secret.key";
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  const auto opened =
      Authority::open(world.folder.path, world.clock, world.policy, [](auto, auto, auto) {});
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == ErrorCode::not_allowed);
  CHECK(opened.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a damaged secret is not silently replaced") {
  World world;
  std::ofstream(world.folder.path / "secret.key") << "junk\n";
  CHECK(code_of(Authority::open(world.folder.path, world.clock, world.policy,
                                [](auto, auto, auto) {})) == "corrupt");
}

TEST_CASE("what guests may do is the operator's choice") {
  World world;
  const auto guest = world.authority->identify("");
  REQUIRE_FALSE(guest.ok());
  CHECK(guest.error().code == ErrorCode::unauthenticated);
  CHECK(guest.error().message.find("/api/v1/sessions") != std::string::npos);
  world.policy.guests = Guests::read;
  world.authority->set_policy(world.policy);
  REQUIRE(world.authority->identify("").ok());
  CHECK(world.authority->identify("")->read_only);
  CHECK(world.authority->identify("")->is_guest());
  world.policy.guests = Guests::share;
  world.authority->set_policy(world.policy);
  CHECK_FALSE(world.authority->identify("")->read_only);
  CHECK_FALSE(world.knows("not a session"));
}

TEST_CASE("a password hashed at another cost is hashed anew at the next log-in") {
  World world;
  world.make("alice");
  const auto token = world.token("alice");
  const auto hash = [&] { return Store(world.folder.path).all().at(0).password; };
  const auto before = hash();
  CHECK(world.log_in("alice").ok());
  CHECK(hash() == before);
  world.policy.cost.passes = 2;
  world.authority->set_policy(world.policy);
  CHECK_FALSE(world.log_in("alice", "wrong one").ok());
  CHECK(hash() == before);
  CHECK(world.log_in("alice").ok());
  CHECK(hash() != before);
  CHECK(hash().find("t=2") != std::string::npos);
  CHECK(world.knows(token));  // the password is still the same
  world.open();
  CHECK(world.log_in("alice").ok());
}

TEST_CASE("passwords and names that nobody has never reach the log") {
  World world;
  world.make("alice", "a secret phrase");
  CHECK_FALSE(world.log_in("alice", "a mistyped phrase").ok());
  CHECK_FALSE(world.log_in("my password in the wrong field", "x").ok());
  const auto token = world.token("alice", "a secret phrase");
  CHECK(world.log.find("phrase") == std::string::npos);
  CHECK(world.log.find("wrong field") == std::string::npos);
  CHECK(world.log.find(token) == std::string::npos);
  CHECK(world.log.find("log-in failed account=alice address=192.0.2.1") != std::string::npos);
}
