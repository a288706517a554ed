#include "search/memory/peer_table.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::search_memory;

TEST_CASE("A peer has one number, and is absent until it is told to be present") {
  PeerTable peers(7);
  const auto one = peers.number_of({{1}});
  const auto two = peers.number_of({{2}});
  CHECK(one != two);
  CHECK(peers.number_of({{1}}) == one);
  CHECK(peers.size() == 2);
  CHECK(peers[one].id == PeerId{{1}});
  CHECK_FALSE(peers[one].present);
  CHECK(peers[one].first == kNone);
  peers.set_present(one, true);
  CHECK(peers[one].present);
  CHECK_FALSE(peers[two].present);
}

TEST_CASE("Peers are found by their folded name, which several may have, and by their id") {
  PeerTable peers(7);
  const auto one = peers.number_of({{1}});
  peers.set_name(peers.number_of({{2}}), "ann");
  peers.set_name(peers.number_of({{3}}), "ann");
  CHECK(peers.named("ann") == std::vector<bool>{false, true, true});
  CHECK(peers.named(peers[one].id.text()) == std::vector<bool>{true, false, false});
  CHECK(peers.named("an") == std::vector<bool>{false, false, false});
}

TEST_CASE("Thousands of peers are all found again, whatever the salt") {
  for (const std::uint64_t salt : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    PeerTable peers(salt);
    const auto id = [](unsigned n) {
      return PeerId{{static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)}};
    };
    for (unsigned n = 0; n < 3000; ++n) REQUIRE(peers.number_of(id(n)) == n);
    for (unsigned n = 0; n < 3000; ++n) REQUIRE(peers.number_of(id(n)) == n);
  }
}
