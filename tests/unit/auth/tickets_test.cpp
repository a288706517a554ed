// Sessions and tickets: what was signed is read, and nothing else is.
#include <random>

#include "world.h"

using namespace swapmeet;
using namespace swapmeet::auth_accounts;

namespace {

const std::string kSecret(64, 'a');

SessionClaims session() { return {42, -7, Time(std::chrono::milliseconds(1'767'225'600'123))}; }

TicketClaims ticket() {
  TicketClaims claims;
  claims.content = *ContentId::parse(std::string(64, 'c'));
  claims.account = "alice";
  claims.groups = {"choir", "staff"};
  claims.expires = Time(std::chrono::milliseconds(1'767'225'600'123));
  return claims;
}

// Every text that differs in one bit, is cut off, is longer, or has a character from elsewhere.
std::vector<std::string> spoiled(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      all.push_back(text);
      all.back()[i] = static_cast<char>(all.back()[i] ^ (1 << bit));
    }
    all.push_back(text.substr(0, i));
    all.push_back(text.substr(i + 1));
  }
  for (const auto* end : {"A", "AAAA", "=", "==", " ", "\n", "."}) all.push_back(text + end);
  all.emplace_back(text.size(), 'A');
  all.emplace_back(1'000'000, 'A');
  all.push_back(text + text);
  return all;
}

}  // namespace

TEST_CASE("what is signed is read back") {
  const Signer signer(kSecret);
  CHECK(signer.read_session(signer.session(session())) == session());
  CHECK(signer.read_ticket(signer.ticket(ticket())) == ticket());
  auto guest = ticket();
  guest.account.clear();
  CHECK(signer.read_ticket(signer.ticket(guest)) == guest);
  CHECK(Signer(kSecret).read_session(signer.session(session())) == session());
}

TEST_CASE("tokens can stand in a header and a URL") {
  const Signer signer(kSecret);
  for (const auto& text : {signer.session(session()), signer.ticket(ticket())})
    CHECK(text.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
}

TEST_CASE("a session or ticket that was changed anywhere is none") {
  const Signer signer(kSecret);
  for (const auto& text : spoiled(signer.session(session()))) {
    INFO(text.substr(0, 200));
    CHECK_FALSE(signer.read_session(text));
  }
  for (const auto& text : spoiled(signer.ticket(ticket()))) {
    INFO(text.substr(0, 200));
    CHECK_FALSE(signer.read_ticket(text));
  }
}

TEST_CASE("random texts are neither") {
  const Signer signer(kSecret);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 200, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    CHECK_FALSE(signer.read_session(text));
    CHECK_FALSE(signer.read_ticket(text));
  }
}

TEST_CASE("another secret's sessions and tickets are not ours, nor is the one the other") {
  const Signer signer(kSecret);
  const Signer other(std::string(63, 'a') + "b");
  CHECK_FALSE(signer.read_session(other.session(session())));
  CHECK_FALSE(signer.read_ticket(other.ticket(ticket())));
  CHECK_FALSE(signer.read_session(signer.ticket(ticket())));
  CHECK_FALSE(signer.read_ticket(signer.session(session())));
}

TEST_CASE("a secret is 64 hex digits") {
  for (const std::string secret : {"", "abc", "zz"}) CHECK_THROWS(Signer(secret));
  CHECK_THROWS(Signer(std::string(62, 'a')));
  CHECK_THROWS(Signer(std::string(66, 'a')));
}

TEST_CASE("a ticket is good until it runs out") {
  World world;
  auto claims = ticket();
  claims.expires = world.clock.now() + std::chrono::minutes(2);
  const auto text = world.authority->issue_ticket(claims);
  REQUIRE(text.ok());
  const auto read = world.authority->check_ticket(*text);
  REQUIRE(read.ok());
  CHECK(*read == claims);
  world.clock.advance(std::chrono::minutes(2));
  CHECK(code_of(world.authority->check_ticket(*text)) == "not_allowed");
  CHECK(code_of(world.authority->check_ticket(*text + "A")) == "unauthenticated");
  CHECK(code_of(world.authority->check_ticket("")) == "unauthenticated");
}

TEST_CASE("a ticket is short-lived whatever is asked for") {
  World world;
  auto claims = ticket();
  claims.expires = {};
  CHECK(world.authority->check_ticket(*world.authority->issue_ticket(claims))->expires ==
        world.clock.now() + std::chrono::minutes(10));
  claims.expires = world.clock.now() + std::chrono::hours(1000);
  CHECK(world.authority->check_ticket(*world.authority->issue_ticket(claims))->expires ==
        world.clock.now() + std::chrono::hours(1));
  world.open();
  CHECK(world.authority->check_ticket(*world.authority->issue_ticket(claims)).ok());
  claims.account = "not a name\n";
  CHECK(code_of(world.authority->issue_ticket(claims)) == "invalid_argument");
}
