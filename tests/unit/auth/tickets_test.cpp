// Tickets: what was signed is believed, and nothing else is.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "host/auth/ticket_signer.h"
#include "world.h"

using namespace swapmeet;
using namespace swapmeet::testing;
namespace fs = std::filesystem;

namespace {

const std::string kSecret(64, 'a');

TicketClaims ticket() {
  TicketClaims claims;
  claims.content = *ContentId::parse(std::string(64, 'c'));
  claims.account = "alice";
  claims.groups = {"choir", "staff"};
  claims.expires = ManualClock().now() + std::chrono::milliseconds(599'877);
  return claims;
}

struct Signer {
  explicit Signer(const std::string& secret = kSecret)
      : tickets(*TicketSigner::with_secret(secret, clock)) {}
  ManualClock clock;
  std::unique_ptr<TicketSigner> tickets;
};

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

TEST_CASE("what is signed is read back, also by who has the same secret") {
  const Signer signer;
  CHECK(*signer.tickets->check_ticket(*signer.tickets->issue(ticket())) == ticket());
  auto guest = ticket();
  guest.account.clear();
  CHECK(*signer.tickets->check_ticket(*signer.tickets->issue(guest)) == guest);
  CHECK(*Signer().tickets->check_ticket(*signer.tickets->issue(ticket())) == ticket());
}

TEST_CASE("the key is the one that peers of version 0.1 know") {
  // BLAKE2b of the secret as RFC 8032's seed, computed by other programs.
  std::string hex;
  for (const auto byte : Signer().tickets->ticket_key()) {
    constexpr const char* kDigits = "0123456789abcdef";
    (hex += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  CHECK(hex == "e9569fa9c1c65ec0a6643730d14d6cd190b08e4da6a100aee3994b8c6a0d4d9f");
}

TEST_CASE("tickets can stand in a header and a URL") {
  const Signer signer;
  CHECK(signer.tickets->issue(ticket())->find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
}

TEST_CASE("a ticket that was changed anywhere is none") {
  const Signer signer;
  for (const auto& text : spoiled(*signer.tickets->issue(ticket()))) {
    INFO(text.substr(0, 200));
    CHECK(code_of(signer.tickets->check_ticket(text)) == "unauthenticated");
  }
}

TEST_CASE("random texts are none") {
  const Signer signer;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 200, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    CHECK_FALSE(signer.tickets->check_ticket(text).ok());
  }
}

TEST_CASE("another secret's tickets are not ours") {
  const Signer other(std::string(63, 'a') + "b");
  CHECK(code_of(Signer().tickets->check_ticket(*other.tickets->issue(ticket()))) ==
        "unauthenticated");
}

TEST_CASE("a secret is 64 hex digits") {
  ManualClock clock;
  for (const std::string& secret : {std::string(), std::string("abc"), std::string("zz"),
                                    std::string(62, 'a'), std::string(66, 'a')})
    CHECK(code_of(TicketSigner::with_secret(secret, clock)) == "corrupt");
}

TEST_CASE("a ticket is good until it runs out, and short-lived whatever is asked for") {
  Signer signer;
  auto claims = ticket();
  claims.expires = signer.clock.now() + std::chrono::minutes(2);
  const auto text = signer.tickets->issue(claims);
  REQUIRE(text.ok());
  CHECK(*signer.tickets->check_ticket(*text) == claims);
  claims.expires = {};
  CHECK(signer.tickets->check_ticket(*signer.tickets->issue(claims))->expires ==
        signer.clock.now() + std::chrono::minutes(10));
  claims.expires = signer.clock.now() + std::chrono::hours(1000);
  CHECK(signer.tickets->check_ticket(*signer.tickets->issue(claims))->expires ==
        signer.clock.now() + std::chrono::hours(1));
  signer.clock.advance(std::chrono::minutes(2));
  CHECK(code_of(signer.tickets->check_ticket(*text)) == "not_allowed");
  claims.account = "not a name\n";
  CHECK(code_of(signer.tickets->issue(claims)) == "invalid_argument");
}

TEST_CASE("the key in the data folder is made once, and is its owner's to read") {
  ManualClock clock;
  const TemporaryFolder data;
  const auto key = TicketSigner::open(data.path, clock).value()->ticket_key();
  CHECK(TicketSigner::open(data.path, clock).value()->ticket_key() == key);
  const auto file = data.path / "ticket.key";
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  const auto readable = TicketSigner::open(data.path, clock);
  CHECK(code_of(readable) == "not_allowed");
  CHECK(readable.error().message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a damaged key is not silently replaced") {
  ManualClock clock;
  const TemporaryFolder data;
  std::ofstream(data.path / "ticket.key") << "junk\n";
  CHECK(code_of(TicketSigner::open(data.path, clock)) == "corrupt");
}

TEST_CASE("the key that auth.accounts once kept is taken over, and not once more") {
  ManualClock clock;
  const TemporaryFolder data;
  const auto old = data.path / "auth.accounts" / "secret.key";
  fs::create_directories(old.parent_path());
  std::ofstream(old) << kSecret << '\n';
  fs::permissions(old, fs::perms(0600));
  CHECK(TicketSigner::open(data.path, clock).value()->ticket_key() ==
        Signer().tickets->ticket_key());
  CHECK_FALSE(fs::exists(old));
  // Whoever removes it wants another one.
  fs::remove(data.path / "ticket.key");
  CHECK(TicketSigner::open(data.path, clock).value()->ticket_key() !=
        Signer().tickets->ticket_key());
}
