// What an index signs, a peer that knows its key believes.
#include "auth/ticket/index_tickets.h"

#include "catch.h"
#include "host/auth/ticket_signer.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::auth_ticket;

namespace {

struct Peer {
  testing::ManualClock clock;
  IndexTickets tickets{clock};
  std::unique_ptr<TicketSigner> index = signer('a');
  TicketClaims claims{*ContentId::parse(std::string(64, 'c')),
                      "ann",
                      {"choir", "staff"},
                      clock.now() + std::chrono::minutes(10)};

  std::unique_ptr<TicketSigner> signer(char secret) {
    return std::move(*TicketSigner::with_secret(std::string(64, secret), clock));
  }
  ErrorCode refusal(const std::string& ticket) {
    const auto checked = tickets.check_ticket(ticket);
    REQUIRE_FALSE(checked.ok());
    return checked.error().code;
  }
};

}  // namespace

TEST_CASE("a ticket of the index is believed until it runs out") {
  Peer peer;
  const auto ticket = *peer.index->issue(peer.claims);
  CHECK(peer.tickets.wants_key());
  CHECK(peer.refusal(ticket) == ErrorCode::unavailable);
  peer.tickets.set_key(peer.index->ticket_key());
  CHECK_FALSE(peer.tickets.wants_key());
  CHECK(*peer.tickets.check_ticket(ticket) == peer.claims);
  peer.clock.advance(std::chrono::minutes(10));
  CHECK(peer.refusal(ticket) == ErrorCode::not_allowed);
}

TEST_CASE("what another signed, or nobody, is not believed, and the key is asked for again") {
  Peer peer;
  peer.tickets.set_key(peer.index->ticket_key());
  for (const char* none : {"", "x", "a.b.c", "!"})
    CHECK(peer.refusal(none) == ErrorCode::unauthenticated);
  CHECK_FALSE(peer.tickets.wants_key());
  const auto moved = peer.signer('b');
  const auto ticket = *moved->issue(peer.claims);
  CHECK(peer.refusal(ticket) == ErrorCode::unauthenticated);
  CHECK(peer.tickets.wants_key());
  peer.tickets.set_key(moved->ticket_key());
  CHECK(peer.tickets.check_ticket(ticket).ok());
}
