// Power is lost at random moments while peers register and announce: what was acknowledged by then
// is in the store that is found afterwards, nothing is there by half, and the store goes on.
#include "losing_disk.h"
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;

namespace {

constexpr unsigned kRounds = 150;
constexpr std::uint8_t kPeers = 3;
constexpr Revision kBatches = 12;
constexpr unsigned kPuts = 40;
constexpr std::size_t kMostWrites = 1500;  // somewhat more than all the work takes

std::string path_of(Revision batch, unsigned n) {
  return "files/" + std::to_string(batch) + "/" + std::to_string(n) + ".txt";
}

// Adds files, and takes away one of the batch before.
std::vector<Change> batch_of(Revision batch) {
  std::vector<Change> changes;
  for (unsigned n = 0; n < kPuts; ++n)
    changes.push_back(put(path_of(batch, n), static_cast<std::uint8_t>(batch * 16 + n)));
  changes.push_back(gone(path_of(batch - 1, 0)));
  return changes;
}

std::size_t files_after(Revision batches) {
  return batches == 0 ? 0 : batches * kPuts - (batches - 1);
}

// Batches acknowledged to each peer; its registration is 0, none of it -1.
using Acknowledged = std::vector<int>;

void work(Store& store, Acknowledged& acknowledged) {
  for (std::uint8_t n = 0; n < kPeers; ++n) {
    enroll(store, n, "peer " + std::to_string(n));
    acknowledged[n] = 0;
  }
  for (Revision batch = 1; batch <= kBatches; ++batch)
    for (std::uint8_t n = 0; n < kPeers; ++n) {
      REQUIRE(announce(store, n, batch_of(batch)).ok());
      acknowledged[n] = static_cast<int>(batch);
    }
}

// How many batches the store has of a peer; -1: it does not know the peer.
int batches_of(Store& store, std::uint8_t n) {
  if (!store.peer(peer(n))) return -1;
  return static_cast<int>(store.announced(peer(n)).revision / (kPuts + 1));
}

}  // namespace

TEST_CASE("when power is lost, what was acknowledged is there afterwards, and nothing by half") {
  std::size_t in_the_middle = 0;
  std::mt19937 random(20261124);
  for (unsigned round = 0; round < kRounds; ++round) {
    CAPTURE(round);
    const Folder lost;
    const Folder found;
    Acknowledged acknowledged(kPeers, -1);
    Acknowledged then(kPeers, -1);
    {
      LosingDisk disk;
      // The log goes into the file often: there the order of what is synced matters most.
      Store store(lost.path, {.writer = {.least_content_portion = 200, .log_pages = 60}});
      disk.lose_power(1 + random() % kMostWrites, round, found.path, [&] { then = acknowledged; });
      work(store, acknowledged);
      if (!disk.has_lost_power()) continue;
    }
    ++in_the_middle;
    Store store(found.path);
    {
      sqlite::Database database(found.path / "registry.db");
      database.check();
    }
    for (std::uint8_t n = 0; n < kPeers; ++n) {
      const auto batches = batches_of(store, n);
      CAPTURE(n, batches, then[n]);
      CHECK(batches >= then[n]);
      CHECK(batches <= then[n] + 1);  // one that was not acknowledged yet may be whole
      if (batches < 0) continue;
      CHECK(store.announced(peer(n)).revision % (kPuts + 1) == 0);
      const auto listed =
          store.browse(peer(n), {.page = {.limit = 1'000, .after = {}}, .folder = {}}, {});
      CHECK(listed.items.size() == files_after(static_cast<Revision>(batches)));
      CHECK(announce(store, n, batch_of(static_cast<Revision>(batches) + 1)).ok());
    }
  }
  CHECK(in_the_middle > kRounds / 2);
}
