#include "registry/sqlite/probe.h"

#include <random>
#include <string>

#include "swapmeet/id.h"

namespace swapmeet::registry_sqlite {
namespace {

constexpr int kLeast = 8;  // random ones, however long they take
constexpr int kMost = 256;

// Picks places to look at, until a moment.
class Sample {
 public:
  Sample(const Clock& clock, Instant end, std::uint64_t seed)
      : clock_(clock), end_(end), random_(seed) {}

  // Calls `look` with places from `first` to `last`, in no order.
  template <class Look>
  void take(std::int64_t first, std::int64_t last, const Look& look) {
    std::uniform_int_distribution<std::int64_t> place(first, last);
    look(first);
    look(last);
    for (int i = 0; i < kMost && (i < kLeast || clock_.steady() < end_); ++i) look(place(random_));
  }

 private:
  const Clock& clock_;
  const Instant end_;
  std::mt19937_64 random_;
};

void probe_listings(sqlite::Database& database, Sample sample) {
  auto listing = database.prepare(
      "SELECT revision, peer, path, content, size, modified, audience, attributes, have"
      " FROM listings WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path = database.prepare(
      "SELECT revision FROM listings INDEXED BY listings_by_path WHERE peer=? AND path=?");
  auto by_content = database.prepare("SELECT count(*) FROM contents WHERE prefix=? AND revision=?");
  sample.take(
      database.integer("SELECT min(revision) FROM listings"),
      database.integer("SELECT max(revision) FROM listings"), [&](std::int64_t place) {
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

void probe_removals(sqlite::Database& database, Sample sample) {
  auto removal = database.prepare(
      "SELECT revision, peer, path FROM removed WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path =
      database.prepare("SELECT count(*) FROM removed WHERE peer=? AND path IS ? AND revision=?");
  sample.take(database.integer("SELECT min(revision) FROM removed"),
              database.integer("SELECT max(revision) FROM removed"), [&](std::int64_t place) {
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

void probe(sqlite::Database& database, const Clock& clock, std::chrono::milliseconds most,
           std::uint64_t seed) {
  const auto began = clock.steady();
  probe_listings(database, {clock, began + most * 3 / 4, seed});
  probe_removals(database, {clock, began + most, seed});
}

}  // namespace swapmeet::registry_sqlite
