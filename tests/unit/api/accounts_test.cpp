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
