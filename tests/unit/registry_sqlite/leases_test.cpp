// Until when a peer counts as present: without a store, a thread or a clock.
#include "registry/sqlite/leases.h"

#include "catch.h"

using namespace swapmeet;
using swapmeet::registry_sqlite::Leases;
using namespace std::chrono_literals;

namespace {
const Instant kStart{1h};
PeerId peer(std::uint8_t n) { return {{n}}; }
using Peers = std::vector<PeerId>;
}  // namespace

TEST_CASE("a lease lasts its time from the last extension, to the moment") {
  Leases leases(60s);
  leases.extend(peer(1), kStart);
  CHECK(leases.late(kStart + 60s - 1ns).empty());
  CHECK(leases.late(kStart + 60s) == Peers{peer(1)});
  leases.extend(peer(1), kStart + 59s);
  CHECK(leases.late(kStart + 60s).empty());
  CHECK(leases.late(kStart + 119s) == Peers{peer(1)});
}

TEST_CASE("only those are late whose own lease has run out") {
  Leases leases(60s);
  for (std::uint8_t n = 1; n <= 4; ++n) leases.extend(peer(n), kStart + n * 10s);
  CHECK(leases.late(kStart + 80s) == Peers{peer(1), peer(2)});
}

TEST_CASE("a lease that has run out is there until it is ended, and is then late no more") {
  Leases leases(60s);
  leases.extend(peer(1), kStart);
  CHECK_FALSE(leases.has(peer(2)));
  CHECK(leases.late(kStart + 5min) == Peers{peer(1)});
  CHECK(leases.has(peer(1)));
  leases.end(peer(1));
  leases.end(peer(2));
  CHECK_FALSE(leases.has(peer(1)));
  CHECK(leases.late(kStart + 5min).empty());
}
