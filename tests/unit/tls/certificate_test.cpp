// Keys and certificates: made once, renewed in time, and known by the fingerprint of the key.
#include "swapmeet/tls/certificate.h"

#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "catch.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::tls;
using std::chrono::hours;

namespace {

constexpr Time kNow{std::chrono::hours(24 * 365 * 56)};

Certificate own(const testing::TemporaryFolder& folder, Time now = kNow,
                KeyKind kind = KeyKind::ed25519) {
  auto made = Certificate::own(folder.path / "peer", kind, "swapmeet", now);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("a key is made at the first start and kept, for its owner's eyes only") {
  const testing::TemporaryFolder folder;
  const auto first = own(folder);
  CHECK(first.fingerprint().size() == 64);
  CHECK(own(folder).fingerprint() == first.fingerprint());
  struct stat facts {};
  REQUIRE(::stat((folder.path / "peer.key").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("a certificate is renewed before it runs out, and its key stays") {
  const testing::TemporaryFolder folder;
  const auto first = own(folder);
  CHECK(first.expires() > kNow + hours(24 * 390));
  CHECK(own(folder, kNow + hours(24 * 200)).expires() == first.expires());
  const auto renewed = own(folder, kNow + hours(24 * 300));
  CHECK(renewed.expires() > first.expires());
  CHECK(renewed.fingerprint() == first.fingerprint());
}

TEST_CASE("a damaged certificate is made anew, a damaged key is an error that names the file") {
  const testing::TemporaryFolder folder;
  const auto first = own(folder);
  std::ofstream(folder.path / "peer.crt") << "nonsense";
  CHECK(own(folder).fingerprint() == first.fingerprint());
  std::ofstream(folder.path / "peer.key") << "nonsense";
  const auto refused = Certificate::own(folder.path / "peer", KeyKind::ed25519, "x", kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("peer.key") != std::string::npos);
}

TEST_CASE("a key that others can read is refused") {
  const testing::TemporaryFolder folder;
  own(folder);
  REQUIRE(::chmod((folder.path / "peer.key").c_str(), 0644) == 0);
  const auto refused = Certificate::read(folder.path / "peer.crt", folder.path / "peer.key");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::not_allowed);
}

TEST_CASE("a certificate of another key is refused") {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder other;
  own(folder);
  own(other);
  const auto refused = Certificate::read(other.path / "peer.crt", folder.path / "peer.key");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a signature is good for its text and its key only") {
  const testing::TemporaryFolder folder;
  const testing::TemporaryFolder other;
  for (const auto kind : {KeyKind::ed25519, KeyKind::p256}) {
    const auto certificate =
        *Certificate::own(folder.path / (kind == KeyKind::p256 ? "p" : "e"), kind, "x", kNow);
    const auto signature = certificate.sign("a text");
    CHECK(is_signed(certificate.public_key(), "a text", signature));
    CHECK_FALSE(is_signed(certificate.public_key(), "a test", signature));
    CHECK_FALSE(is_signed(own(other).public_key(), "a text", signature));
    CHECK_FALSE(is_signed("nonsense", "a text", signature));
    CHECK_FALSE(is_signed(certificate.public_key(), "a text", "nonsense"));
  }
}
