// Leases and the store together, without the plugin around them: who is present, what of it is in
// the feed, and what coming back costs.
#include "registry/sqlite/presence.h"

#include <atomic>
#include <optional>
#include <thread>

#include "registry_world.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::registry_sqlite::testing;
using swapmeet::registry_sqlite::Presence;
using swapmeet::registry_sqlite::Store;
using swapmeet::registry_sqlite::StoredPeer;
using namespace std::chrono_literals;

namespace {

struct World {
  Folder folder;
  swapmeet::testing::ManualClock clock;
  Store store{folder.path};
  std::atomic<int> told = 0;
  std::optional<Presence> presence;
  World() { start(); }
  void start() {
    presence.emplace(store, clock, 60s, [this] { ++told; });
  }

  void enroll(std::uint8_t n) {
    StoredPeer stored;
    stored.record.id = peer(n);
    stored.record.name = "peer" + std::to_string(n);
    stored.record.port = 6699;
    stored.token_hash = std::string(32, 't');
    presence->register_peer(stored);
  }
  // As the plugin's schedule does.
  std::size_t pass(std::chrono::seconds time) {
    clock.advance(time);
    return presence->expire().size();
  }
  bool is_present(std::uint8_t n) { return store.peer(peer(n))->record.present; }
  Revision latest() { return store.feed_state().latest; }
};

}  // namespace

TEST_CASE("who does not renew is absent when the lease has run out") {
  World world;
  world.enroll(1);
  CHECK(world.pass(59s) == 0);
  world.presence->renew(peer(1));
  CHECK(world.pass(59s) == 0);
  CHECK(world.is_present(1));
  CHECK(world.pass(1s) == 1);
  CHECK_FALSE(world.is_present(1));
  CHECK(world.pass(5min) == 0);
}

TEST_CASE("who is present was last seen when it renewed, and not when it registered") {
  World world;
  world.enroll(1);
  world.clock.advance(40s);
  world.presence->renew(peer(1));
  const auto renewed = world.clock.now();
  world.clock.advance(15s);
  auto record = world.store.peer(peer(1))->record;
  world.presence->add_last_seen({&record, 1});
  CHECK(record.last_seen == renewed);
  CHECK(world.pass(60s) == 1);
  record = world.store.peer(peer(1))->record;
  const auto left = record.last_seen;
  world.presence->add_last_seen({&record, 1});
  CHECK(record.last_seen == left);
}

TEST_CASE("leases that run out and a return are one change each, whatever is shared") {
  World world;
  world.enroll(1);
  world.enroll(2);
  REQUIRE(announce(world.store, 1, {put("s/a.txt"), put("s/b.txt")}).ok());
  const auto before = world.latest();
  CHECK(world.pass(61s) == 2);
  auto changes = world.store.changes_after(before, 100)->changes;
  REQUIRE(changes.size() == 2);
  for (const auto& change : changes) CHECK(change.kind == ChangeKind::absent);
  CHECK(world.store.counts().files == 0);

  const auto gone = world.latest();
  world.presence->renew(peer(1));
  changes = world.store.changes_after(gone, 100)->changes;
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::present);
  CHECK(changes[0].peer == peer(1));
  CHECK(changes[0].peer_name == "peer1");
  // Nothing was announced again.
  CHECK(world.store.announced(peer(1)) == FeedPosition{"catalogue", 2});
  CHECK(world.store.counts().files == 2);
}

TEST_CASE("renewing in time is no change, and tells nobody") {
  World world;
  world.enroll(1);
  const auto before = world.latest();
  const int told = world.told;
  for (int i = 0; i < 10; ++i) {
    CHECK(world.pass(50s) == 0);
    world.presence->renew(peer(1));
  }
  CHECK(world.latest() == before);
  CHECK(world.told == told);
  CHECK(world.pass(61s) == 1);
  CHECK(world.told == told + 1);
}

TEST_CASE("many that come back at once are all there, with one change each") {
  constexpr std::uint8_t kPeers = 120;
  World world;
  for (std::uint8_t n = 1; n <= kPeers; ++n) world.enroll(n);
  CHECK(world.pass(60s) == kPeers);
  const auto before = world.latest();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint8_t n = 1; n <= kPeers; ++n)
        if (n % 6 == thread || n % 5 == thread) world.presence->renew(peer(n));
    });
  for (auto& thread : threads) thread.join();
  CHECK(world.latest() == before + kPeers);
  CHECK(world.pass(59s) == 0);
  for (std::uint8_t n = 1; n <= kPeers; ++n) CHECK(world.is_present(n));
  CHECK(world.pass(1s) == kPeers);
}

TEST_CASE("who has left has no lease that could run out, and returns by renewing") {
  World world;
  world.enroll(1);
  world.presence->leave(peer(1));
  const auto left = world.latest();
  CHECK(world.pass(5min) == 0);
  world.presence->leave(peer(1));
  CHECK(world.latest() == left);
  world.presence->renew(peer(1));
  CHECK(world.is_present(1));
  CHECK(world.pass(59s) == 0);
  CHECK(world.pass(1s) == 1);
}

TEST_CASE("after a restart everybody who was present has one whole lease, and nobody else") {
  World world;
  world.enroll(1);
  world.enroll(2);
  world.presence->leave(peer(2));
  CHECK(world.pass(50s) == 0);
  world.start();
  CHECK(world.pass(59s) == 0);
  CHECK(world.is_present(1));
  CHECK(world.pass(1s) == 1);
}
