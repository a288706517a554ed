// What a configuration chooses, before anything starts.
#include "transfer/swarm/choices.h"

#include "catch.h"
#include "transfer/swarm/keys.h"

using namespace swapmeet;
using namespace swapmeet::transfer_swarm;

namespace {

Result<std::string> announced(const std::string& listen, const std::string& address) {
  const auto settings = Settings::check(
      "peer.ini [transfer]",
      {{"listen", listen}, {"announce_address", address}, {"download_folder", "/x"}}, kKeys, "/");
  REQUIRE(settings.ok());
  return announced_address(*settings);
}

}  // namespace

TEST_CASE("an address that nobody can connect to is refused where it is written") {
  for (const auto* wrong :
       {"a b", "http://[::1]", "[::1]:6899", "0.0.0.0", "::", "[::]", "1.2.3.4:80", "x/y"}) {
    INFO(wrong);
    const auto refused = announced("0.0.0.0:6699", wrong);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.starts_with("announce_address: "));
  }
  CHECK(announced("0.0.0.0:6699", "[2001:db8::1]").value() == "2001:db8::1");
  CHECK(announced("0.0.0.0:6699", "2001:db8::1").value() == "2001:db8::1");
  CHECK(announced("0.0.0.0:6699", "files.example.org").value() == "files.example.org");
}

TEST_CASE(
    "a listener that only this machine can reach announces itself, others let the index see") {
  CHECK(announced("[::1]:6899", "").value() == "::1");
  CHECK(announced("127.0.0.2:6899", "").value() == "127.0.0.2");
  CHECK(announced("0.0.0.0:6899", "").value().empty());
  CHECK(announced("[::]:6899", "").value().empty());
  CHECK(announced("192.168.1.5:6899", "").value().empty());
}
