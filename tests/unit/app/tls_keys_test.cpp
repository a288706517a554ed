// The keys of a host: its own, kept for good, or the operator's, read again when they change.
#include "host/app/tls_keys.h"

#include <chrono>
#include <filesystem>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
namespace fs = std::filesystem;

namespace {

struct Keys {
  testing::TemporaryFolder data;
  testing::TemporaryFolder operators;
  testing::ManualClock clock;
  std::vector<std::string> warnings;

  Result<std::unique_ptr<TlsKeys>> open(TlsKeys::Files files = {}) {
    return TlsKeys::open(
        data.path, std::move(files), clock,
        [this](LogLevel level, std::string_view message, std::initializer_list<LogField>) {
          if (level == LogLevel::warning) warnings.emplace_back(message);
        });
  }
  // As an operator would have it from an authority.
  std::string write_certificate(const std::string& name) const {
    const auto made = tls::Certificate::own(operators.path / name, tls::KeyKind::p256,
                                            "example.org", clock.now());
    REQUIRE(made);
    return made->fingerprint();
  }
  TlsKeys::Files files(const std::string& name) const {
    return {operators.path / (name + ".crt"), operators.path / (name + ".key")};
  }
};

}  // namespace

TEST_CASE("a host makes its keys once, one as a peer and one for its API") {
  Keys world;
  const auto first = world.open();
  REQUIRE(first);
  CHECK((*first)->fingerprint() != (*first)->api_fingerprint());
  CHECK(tls::is_signed((*first)->public_key(), "text", (*first)->sign("text")));
  const auto again = world.open();
  REQUIRE(again);
  CHECK((*again)->fingerprint() == (*first)->fingerprint());
  CHECK((*again)->api_fingerprint() == (*first)->api_fingerprint());
}

TEST_CASE("an operator's certificate is shown, and another one after a reload") {
  Keys world;
  const auto one = world.write_certificate("one");
  const auto two = world.write_certificate("two");
  const auto keys = world.open(world.files("one"));
  REQUIRE(keys);
  CHECK((*keys)->api_fingerprint() == one);
  const auto before = (*keys)->api_context();
  REQUIRE((*keys)->use(world.files("two")));
  CHECK((*keys)->api_fingerprint() == two);
  CHECK((*keys)->api_context() != before);  // which whoever has it keeps
}

TEST_CASE("a certificate that cannot be read changes nothing") {
  Keys world;
  const auto one = world.write_certificate("one");
  const auto keys = world.open(world.files("one"));
  REQUIRE(keys);
  CHECK_FALSE((*keys)->use(world.files("missing")));
  CHECK_FALSE((*keys)->use({world.files("one").certificate, {}}));
  CHECK((*keys)->api_fingerprint() == one);
  CHECK_FALSE(world.open(world.files("missing")));
}

TEST_CASE("files that were replaced are shown without being told to") {
  Keys world;
  world.write_certificate("one");
  const auto keys = world.open(world.files("one"));
  REQUIRE(keys);
  const auto two = world.write_certificate("two");
  for (const char* end : {".crt", ".key"})
    fs::copy_file(world.operators.path / (std::string("two") + end),
                  world.operators.path / (std::string("one") + end),
                  fs::copy_options::overwrite_existing);
  (*keys)->tend();
  CHECK((*keys)->api_fingerprint() == two);
}

TEST_CASE("a certificate that has run out is shown, with a warning") {
  Keys world;
  world.write_certificate("one");
  world.clock.advance(std::chrono::hours(24 * 500));
  REQUIRE(world.open(world.files("one")));
  CHECK(world.warnings == std::vector<std::string>{"the certificate has run out"});
}
