// What an index signs, a peer that knows its key believes.
#include "auth/ticket/authenticator.h"

#include "auth/accounts/signer.h"
#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::auth_ticket;
using swapmeet::auth_accounts::Signer;

namespace {

struct Peer {
  testing::ManualClock clock;
  TicketAuthenticator authenticator{clock};
  Signer index{std::string(64, 'a')};
  TicketClaims claims{*ContentId::parse(std::string(64, 'c')),
                      "ann",
                      {"choir", "staff"},
                      clock.now() + std::chrono::minutes(10)};

  ErrorCode refusal(const std::string& ticket) {
    const auto checked = authenticator.check_ticket(ticket);
    REQUIRE_FALSE(checked.ok());
    return checked.error().code;
  }
};

}  // namespace

TEST_CASE("a ticket of the index is believed until it runs out") {
  Peer peer;
  const auto ticket = peer.index.ticket(peer.claims);
  CHECK(peer.authenticator.wants_key());
  CHECK(peer.refusal(ticket) == ErrorCode::unavailable);
  peer.authenticator.set_key(peer.index.ticket_key());
  CHECK_FALSE(peer.authenticator.wants_key());
  CHECK(*peer.authenticator.check_ticket(ticket) == peer.claims);
  peer.clock.advance(std::chrono::minutes(10));
  CHECK(peer.refusal(ticket) == ErrorCode::not_allowed);
}

TEST_CASE("what another signed, or nobody, is not believed, and the key is asked for again") {
  Peer peer;
  peer.authenticator.set_key(peer.index.ticket_key());
  for (const char* none : {"", "x", "a.b.c", "!"})
    CHECK(peer.refusal(none) == ErrorCode::unauthenticated);
  CHECK_FALSE(peer.authenticator.wants_key());
  const Signer moved(std::string(64, 'b'));
  const auto ticket = moved.ticket(peer.claims);
  CHECK(peer.refusal(ticket) == ErrorCode::unauthenticated);
  CHECK(peer.authenticator.wants_key());
  peer.authenticator.set_key(moved.ticket_key());
  CHECK(peer.authenticator.check_ticket(ticket).ok());
}

TEST_CASE("a peer knows nobody by name and issues no tickets") {
  Peer peer;
  CHECK(peer.authenticator.identify("anything")->is_guest());
  CHECK(peer.authenticator.log_in("ann", "right", "::1").error().code == ErrorCode::unsupported);
  CHECK(peer.authenticator.issue_ticket(peer.claims)->empty());
}
