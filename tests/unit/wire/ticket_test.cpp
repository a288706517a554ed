// The form of a ticket: what was written is read, and nothing else is.
#include "swapmeet/wire/ticket.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::wire;

namespace {

TicketClaims claims() {
  return {*ContentId::parse(std::string(64, 'c')),
          "ann",
          {"choir", "staff"},
          Time(std::chrono::milliseconds(1'767'225'600'123))};
}

}  // namespace

TEST_CASE("claims are read back from a ticket's body, and from no part of it") {
  const auto body = ticket_body(claims());
  CHECK(ticket_claims_from(body) == claims());
  for (std::size_t size = 0; size < body.size(); ++size)
    CHECK_FALSE(ticket_claims_from(body.substr(0, size)));
  CHECK_FALSE(ticket_claims_from(body + '\0'));
  CHECK_FALSE(ticket_claims_from('\1' + body.substr(1)));
  auto guest = claims();
  guest.account.clear();
  guest.groups.clear();
  CHECK(ticket_claims_from(ticket_body(guest)) == guest);
  auto bound = claims();
  bound.source = *PeerId::parse(std::string(32, '7'));
  const auto longer = ticket_body(bound);
  CHECK(ticket_claims_from(longer) == bound);
  for (std::size_t size = 0; size < longer.size(); ++size)
    CHECK_FALSE(ticket_claims_from(longer.substr(0, size)));
}

TEST_CASE("a ticket of somebody in many groups fits into a header field") {
  auto many = claims();
  many.account.assign(64, 'a');
  many.groups.assign(64, std::string(64, 'g'));
  const SignedTicket ticket{ticket_body(many), std::string(64, 's')};
  const auto text = ticket_text(ticket);
  CHECK(text.size() < 6000);
  const auto read = signed_ticket_from(text);
  REQUIRE(read);
  CHECK(read->signature == ticket.signature);
  CHECK(ticket_claims_from(read->body) == many);
}

TEST_CASE("a ticket has one spelling") {
  const auto text = ticket_text({"body", std::string(64, '\xff')});
  REQUIRE(signed_ticket_from(text));
  CHECK(text.find_first_of("+/=\n ") == std::string::npos);
  for (const char* end : {"=", "==", "\n", " "}) CHECK_FALSE(signed_ticket_from(text + end));
  for (const char* begin : {" ", "\n", "="}) CHECK_FALSE(signed_ticket_from(begin + text));
  CHECK_FALSE(signed_ticket_from(""));
  CHECK_FALSE(signed_ticket_from(ticket_text({"", std::string(64, 's')})));
  CHECK_FALSE(signed_ticket_from(std::string(10'000, 'A')));
}
