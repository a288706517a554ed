#include <tuple>

#include "fakes.h"

using namespace swapmeet;
using namespace swapmeet::testing;

namespace {
const std::string kNew = R"({"account":"bob","password":"long enough"})";
}

TEST_CASE("logging in gives a session, and a wrong password none") {
  World world;
  const Api api(world.all());
  const auto session = world.call("POST", "/api/v1/sessions",
                                  R"({"account":"alice","password":"right"})", World::guest());
  CHECK(session.status == 201);
  CHECK(*session.headers.find("Cache-Control") == "no-store");
  CHECK(world.auth.from_ == "192.0.2.7");
  CHECK(std::string(parsed(session)["token"].GetString()) == "alice-session");
  CHECK(code_of(world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"no"})")) ==
        "unauthenticated");
}

TEST_CASE("only admins make accounts unless registration is open") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("POST", "/api/v1/accounts", kNew, World::guest())) == "not_allowed");
  CHECK(world.call("POST", "/api/v1/accounts", kNew).status == 201);
  world.auth.open_ = true;
  CHECK(world.call("POST", "/api/v1/accounts", kNew, World::guest()).status == 201);
}

TEST_CASE("a person changes their own password and nothing else") {
  World world;
  const Api api(world.all());
  const std::string own = "/api/v1/accounts/alice";
  const auto alice = World::as("alice");
  CHECK(world.call("PATCH", own, R"({"password":"another one"})", alice).status == 200);
  CHECK(world.auth.changed_.password == "another one");
  for (const auto* change :
       {R"({"roles":["admin"]})", R"({"groups":["x"]})", R"({"disabled":false})"})
    CHECK(code_of(world.call("PATCH", own, change, alice)) == "not_allowed");
  CHECK(code_of(world.call("PATCH", "/api/v1/accounts/bob", R"({"password":"another one"})",
                           alice)) == "not_allowed");
  CHECK(world.call("PATCH", own, R"({"roles":["admin"]})").status == 200);
}

TEST_CASE("accounts are listed and removed by admins, and read by their owners") {
  World world;
  const Api api(world.all());
  const auto alice = World::as("alice");
  CHECK(code_of(world.call("GET", "/api/v1/accounts", "", alice)) == "not_allowed");
  CHECK(world.call("GET", "/api/v1/accounts").status == 200);
  CHECK(world.call("GET", "/api/v1/accounts/alice", "", alice).status == 200);
  CHECK(code_of(world.call("GET", "/api/v1/accounts/bob", "", alice)) == "not_allowed");
  CHECK(code_of(world.call("DELETE", "/api/v1/accounts/alice", "", alice)) == "not_allowed");
  CHECK(world.call("DELETE", "/api/v1/accounts/alice").status == 204);
}

TEST_CASE("who failed too often is told when to come back") {
  World world;
  const Api api(world.all());
  const auto refused = world.call("POST", "/api/v1/sessions",
                                  R"({"account":"alice","password":"too often"})", World::guest());
  CHECK(refused.status == 429);
  REQUIRE(refused.headers.find("Retry-After"));
  CHECK(*refused.headers.find("Retry-After") == "7");
  CHECK(parsed(refused)["retry_after"].GetInt() == 7);
  const auto error = wire::error_from_problem(429, std::get<std::string>(refused.body));
  CHECK(error.retry_after == std::chrono::seconds(7));
}

TEST_CASE("an auth plugin that cannot tell is an outage that names it, and no wrong password") {
  World world;
  const Api api(world.all());
  const auto refused =
      world.call("POST", "/api/v1/sessions", R"({"account":"alice","password":"during an outage"})",
                 World::guest());
  CHECK(refused.status == 503);
  CHECK(std::string(parsed(refused)["detail"].GetString()) == "auth.company: it is away");
}

TEST_CASE("only the account that registered a peer speaks for it") {
  World world;
  const Api api(world.all());
  world.registry.account_ = "alice";
  const std::string peer = "/api/v1/peers/" + kPeer;
  const auto alice = World::as("alice");
  const auto bob = World::as("bob");
  const std::string batch = R"({"feed":"f","base":0,"upto":1})";
  const std::vector<std::tuple<std::string, std::string, std::string, int>> calls = {
      {"PUT", peer, R"({"name":"a","port":1})", 200},
      {"POST", peer + "/lease", "", 200},
      {"POST", peer + "/changes", batch, 200},
      {"DELETE", peer, "", 204}};
  for (const auto& [method, target, body, status] : calls) {
    INFO(method << ' ' << target);
    CHECK(world.call(method, target, body, alice).status == status);
    CHECK(world.call(method, target, body, bob).status == 403);
    CHECK(world.call(method, target, body, World::guest()).status == 401);
  }
  // One that was registered before there were accounts is whose the token is.
  world.registry.account_.clear();
  CHECK(world.call("POST", peer + "/lease", "", bob).status == 200);
  CHECK(world.call("POST", peer + "/lease", "", World::guest()).status == 200);
}

TEST_CASE("a peer is its account's also where no plugin administers accounts") {
  World world;
  auto context = world.all();
  context.accounts = nullptr;
  const Api api(context);
  world.registry.account_ = "alice";
  const std::string lease = "/api/v1/peers/" + kPeer + "/lease";
  CHECK(world.call("POST", lease, "", World::as("alice")).status == 200);
  CHECK(world.call("POST", lease, "", World::as("bob")).status == 403);
  CHECK(world.call("POST", lease, "", World::guest()).status == 401);
}

TEST_CASE("without accounts a peer is whose the token is, whoever registered it") {
  World world;
  world.auth.has_accounts_ = false;
  const Api api(world.all());
  world.registry.account_ = "alice";
  CHECK(world.call("POST", "/api/v1/peers/" + kPeer + "/lease", "", World::guest()).status == 200);
}

TEST_CASE("a content comes with a ticket for the one who asks, where tickets are needed") {
  World world;
  const std::string content = "/api/v1/contents/" + kContent;
  {
    auto context = world.all();
    context.ticket_issuer = nullptr;
    const Api api(context);
    CHECK_FALSE(parsed(world.call("GET", content)).HasMember("ticket"));
  }
  const Api api(world.all());
  const auto answer = parsed(world.call("GET", content, "", World::as("alice")));
  CHECK(std::string(answer["ticket"].GetString()) == "for alice");
}
