#include "auth/open/authenticator.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("whoever comes is a guest, with any token or none") {
  auth_open::OpenAuthenticator open;
  for (const auto* token : {"", "left over from another configuration"}) {
    const auto who = open.identify(token);
    REQUIRE(who.ok());
    CHECK(who->is_guest());
    CHECK(who->roles.empty());
  }
}

TEST_CASE("nobody can log in where there are no accounts") {
  auth_open::OpenAuthenticator open;
  const auto session = open.log_in("alice", "correct horse", "127.0.0.1");
  REQUIRE_FALSE(session.ok());
  CHECK(session.error().code == ErrorCode::unsupported);
}

TEST_CASE("no ticket is needed, and none is ours") {
  auth_open::OpenAuthenticator open;
  const auto ticket = open.issue_ticket({});
  REQUIRE(ticket.ok());
  CHECK(ticket->empty());
  const auto claims = open.check_ticket("anything");
  REQUIRE_FALSE(claims.ok());
  CHECK(claims.error().code == ErrorCode::unsupported);
}
