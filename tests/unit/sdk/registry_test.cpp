// Where a peer listens, and how whoever fetches from it connects.
#include "swapmeet/registry.h"

#include "catch.h"

using namespace swapmeet;

TEST_CASE("a peer's URL says whether HTTP without TLS is taken") {
  PeerRecord peer;
  peer.address = "192.0.2.1";
  peer.port = 6699;
  CHECK(url_of(peer) == "http://192.0.2.1:6699");
  peer.address = "2001:db8::1";
  peer.plain = false;
  CHECK(url_of(peer) == "https://[2001:db8::1]:6699");
}

TEST_CASE("where a fingerprint is known the way there is over TLS, whatever the URL says") {
  const std::string pin(64, 'f');
  CHECK(pinned_url("http://a:1/content/x?offer=y", "") == "http://a:1/content/x?offer=y");
  CHECK(pinned_url("http://a:1/content/x?offer=y", pin) ==
        "https://a:1/content/x?offer=y#sha256=" + pin);
  CHECK(pinned_url("https://a:1", pin) == "https://a:1#sha256=" + pin);
}
