#include "registry/sqlite/probe.h"

#include <random>
#include <string>

#include "swapmeet/id.h"

namespace swapmeet::registry_sqlite {
namespace {

using namespace swapmeet;
using Steady = std::chrono::steady_clock;

constexpr int kLeast = 8;  // random ones, however long they take
constexpr int kMost = 256;

// Calls `look` with places from `first` to `last`, in no order.
template <class Look>
void sample(std::int64_t first, std::int64_t last, Steady::time_point end, const Look& look) {
  std::mt19937_64 random(std::random_device{}());
  std::uniform_int_distribution<std::int64_t> place(first, last);
  look(first);
  look(last);
  for (int i = 0; i < kMost && (i < kLeast || Steady::now() < end); ++i) look(place(random));
}

void probe_listings(sqlite::Database& database, Steady::time_point end) {
  auto listing = database.prepare(
      "SELECT revision, peer, path, content, size, modified, audience, attributes, have"
      " FROM listings WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path = database.prepare(
      "SELECT revision FROM listings INDEXED BY listings_by_path WHERE peer=? AND path=?");
  auto by_content = database.prepare("SELECT count(*) FROM contents WHERE prefix=? AND revision=?");
  sample(database.integer("SELECT min(revision) FROM listings"),
         database.integer("SELECT max(revision) FROM listings"), end, [&](std::int64_t place) {
           listing.with(place);
           if (!listing.step()) return;
           const auto revision = listing.integer(0);
           const auto content = listing.text(3);
           if (content.size() != ContentId::kSize)
             database.damaged("revision " + std::to_string(revision) + " has no content id");
           by_path.with(listing.integer(1), listing.view(2));
           if (!by_path.step() || by_path.integer(0) != revision)
             database.damaged("revision " + std::to_string(revision) + " is not under its path");
           by_content.reset();
           by_content.bind_blob(1, content.data(), 8).bind(2, revision).run();
         });
}

void probe_removals(sqlite::Database& database, Steady::time_point end) {
  auto removal = database.prepare(
      "SELECT revision, peer, path FROM removed WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path =
      database.prepare("SELECT count(*) FROM removed WHERE peer=? AND path IS ? AND revision=?");
  sample(database.integer("SELECT min(revision) FROM removed"),
         database.integer("SELECT max(revision) FROM removed"), end, [&](std::int64_t place) {
           removal.with(place);
           if (!removal.step()) return;
           by_path.reset();
           const auto peer = removal.text(1);
           by_path.bind_blob(1, peer.data(), peer.size());
           if (removal.is_null(2))
             by_path.bind_null(2);
           else
             by_path.bind(2, removal.view(2));
           by_path.bind(3, removal.integer(0)).run();
         });
}

}  // namespace

void probe(sqlite::Database& database, std::chrono::milliseconds most) {
  const auto began = Steady::now();
  probe_listings(database, began + most * 3 / 4);
  probe_removals(database, began + most);
}

}  // namespace swapmeet::registry_sqlite
