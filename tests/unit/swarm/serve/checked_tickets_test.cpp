// Who a request's ticket makes its reader, by a checker that counts what it is asked.
#include "transfer/swarm/serve/checked_tickets.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

const ContentId kFilm = *ContentId::parse(std::string(64, 'f'));
const PeerId kSelf = *PeerId::parse(std::string(32, '5'));
const PeerId kNeighbour = *PeerId::parse(std::string(32, '6'));
const ContentId kOther = *ContentId::parse(std::string(64, '0'));

struct CountingChecker final : TicketChecker {
  Result<TicketClaims> check_ticket(std::string_view ticket) override {
    ++asked;
    if (ticket != "anns") return unauthenticated("");
    return TicketClaims{film, "ann", {"friends"}, expires, source};
  }
  int asked = 0;
  Time expires{};
  ContentId film = kFilm;
  std::optional<PeerId> source;
};

struct Door {
  Door() { checker.expires = clock.now() + 10min; }
  static http::Request request(const std::string& ticket) {
    http::Request request;
    if (!ticket.empty()) request.headers.set("Authorization", "Bearer " + ticket);
    return request;
  }
  std::string who(const std::string& ticket, const ContentId& content = kFilm) {
    return tickets.who(request(ticket), content).who.account;
  }
  bool is_known(const std::string& ticket) {
    return tickets.known(request(ticket), kFilm).has_value();
  }

  testing::ManualClock clock;
  CountingChecker checker;
  bool tickets_are_known = true;
  CheckedTickets tickets{
      clock, kSelf, [this]() -> TicketChecker* { return tickets_are_known ? &checker : nullptr; }};
};

}  // namespace

TEST_CASE("a ticket is checked once, and is good for its content until it runs out") {
  Door door;
  CHECK_FALSE(door.is_known("anns"));
  CHECK(door.who("anns") == "ann");
  CHECK(door.is_known("anns"));
  CHECK(door.tickets.who(Door::request("anns"), kFilm).who.groups ==
        std::vector<std::string>{"friends"});
  CHECK(door.who("anns", kOther).empty());
  CHECK(door.checker.asked == 1);
  door.clock.advance(10min);
  CHECK_FALSE(door.is_known("anns"));
}

TEST_CASE("what is for few is for a ticket that is for this host alone, over TLS") {
  Door door;
  const Audience friends{false, {"friends"}, {}};
  const auto may = [&](bool secure, const ContentId& content = kFilm) {
    auto request = Door::request("anns");
    request.secure = secure;
    return door.tickets.who(request, content).may_have(friends);
  };
  SECTION("one that any source is shown") { CHECK_FALSE(may(true)); }
  SECTION("one that is for another peer makes its holder nobody here") {
    door.checker.source = kNeighbour;
    CHECK_FALSE(may(true));
    CHECK(door.who("anns").empty());
  }
  SECTION("one that is for this host") {
    door.checker.source = kSelf;
    CHECK(may(true));
    CHECK_FALSE(may(false));
    CHECK_FALSE(may(true, kOther));
    CHECK_FALSE(door.tickets.who(Door::request("anns"), kFilm).may_have({false, {"club"}, {}}));
    door.clock.advance(10min);
    door.checker.source.reset();
    CHECK_FALSE(may(true));
  }
  SECTION("one that is for all that this host lets its holder have") {
    door.checker.source = kSelf;
    door.checker.film = {};
    CHECK(may(true));
    CHECK(may(true, kOther));
  }
  SECTION("one for all contents of no host in particular is nothing") {
    door.checker.film = {};
    CHECK_FALSE(may(true));
    CHECK(door.who("anns").empty());
  }
}

TEST_CASE("who brings no ticket, or one that is none, is a guest") {
  Door door;
  CHECK(door.who("").empty());
  CHECK(door.is_known(""));
  CHECK(door.checker.asked == 0);
  CHECK(door.who("forged").empty());
  CHECK_FALSE(door.is_known("forged"));
}

TEST_CASE("where no tickets are known yet, they cost nothing, and count once they are") {
  Door door;
  door.tickets_are_known = false;
  CHECK(door.is_known("anns"));
  CHECK(door.who("anns").empty());
  CHECK(door.checker.asked == 0);
  door.tickets_are_known = true;
  CHECK_FALSE(door.is_known("anns"));
  CHECK(door.who("anns") == "ann");
}

}  // namespace swapmeet::transfer_swarm
