// Which registrations are refused before the store is asked.
#include "registry/sqlite/enrollment_rules.h"

#include "catch.h"

using namespace swapmeet;
using swapmeet::registry_sqlite::check_enrollment;

namespace {

// With one thing that is not as it should be.
template <class Change>
std::string refused(Change change) {
  Enrollment enrollment{{{1}}, "ann", "192.0.2.1", 6699, true, std::string(32, 't')};
  change(enrollment);
  const auto checked = check_enrollment(enrollment);
  return checked ? "" : checked.error().message;
}
std::string refused_name(const std::string& name) {
  return refused([&](Enrollment& one) { one.name = name; });
}
std::string refused_token(const std::string& token) {
  return refused([&](Enrollment& one) { one.token = token; });
}

}  // namespace

TEST_CASE("a registration is as it should be, also without an address and a token") {
  CHECK(refused([](Enrollment&) {}).empty());
  CHECK(refused([](Enrollment& one) { one.address.clear(); }).empty());
  CHECK(refused_token("").empty());
  CHECK(refused_token(std::string(128, '~')).empty());
}

TEST_CASE("a peer id of zeros, no port and no host are refused") {
  CHECK(refused([](Enrollment& one) { one.id = {}; }).find("zeros") != std::string::npos);
  CHECK(refused([](Enrollment& one) { one.port = 0; }).find("port") != std::string::npos);
  CHECK_FALSE(refused([](Enrollment& one) { one.address = "a b"; }).empty());
}

TEST_CASE("a fingerprint is 64 small hex digits, and needed where only TLS is spoken") {
  const auto refused_key = [](const std::string& fingerprint, bool plain) {
    return refused([&](Enrollment& one) {
      one.fingerprint = fingerprint;
      one.plain = plain;
    });
  };
  CHECK(refused_key(std::string(64, 'a'), true).empty());
  CHECK(refused_key(std::string(64, '9'), false).empty());
  CHECK_FALSE(refused_key("", false).empty());
  CHECK_FALSE(refused_key(std::string(64, 'A'), true).empty());
  CHECK_FALSE(refused_key(std::string(63, 'a'), true).empty());
  CHECK_FALSE(refused_key(std::string(65, 'a'), true).empty());
}

TEST_CASE("a name has 1 to 64 characters, whatever they take in UTF-8, and no control character") {
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\u00fc";
  CHECK(refused_name(umlauts).empty());
  CHECK_FALSE(refused_name(umlauts + "x").empty());
  CHECK_FALSE(refused_name("").empty());
  CHECK_FALSE(refused_name("a\nb").empty());
  CHECK_FALSE(refused_name("a\x7f").empty());
  CHECK(refused_name("a\xff").find("UTF-8") != std::string::npos);
}

TEST_CASE("a token has 32 to 128 printable characters") {
  CHECK_FALSE(refused_token(std::string(31, 't')).empty());
  CHECK_FALSE(refused_token(std::string(129, 't')).empty());
  CHECK_FALSE(refused_token(std::string(32, ' ')).empty());
  CHECK_FALSE(refused_token(std::string(31, 't') + "\x7f").empty());
}
