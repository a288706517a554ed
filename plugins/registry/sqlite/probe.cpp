#include "registry/sqlite/probe.h"

#include <random>
#include <string>

#include "swapmeet/id.h"

namespace swapmeet::registry_sqlite {
namespace {

using namespace swapmeet;
constexpr int kLeast = 8;  // random ones, however long they take
constexpr int kMost = 256;

// When to stop, and where to look.
class Course {
 public:
  explicit Course(const ProbeLimits& limits)
      : limits_(limits),
        random_(limits.seed),
        began_(limits.clock ? limits.clock->steady() : Instant{}) {}
  bool is_over(std::chrono::milliseconds after) const {
    return limits_.clock && limits_.clock->steady() >= began_ + after;
  }
  std::int64_t place(std::int64_t first, std::int64_t last) {
    return std::uniform_int_distribution<std::int64_t>(first, last)(random_);
  }

 private:
  const ProbeLimits& limits_;
  std::mt19937_64 random_;
  const Instant began_;
};

// Calls `look` with places from `first` to `last`, in no order, until `most` after the beginning.
template <class Look>
void look_around(std::int64_t first, std::int64_t last, Course& course,
                 std::chrono::milliseconds most, const Look& look) {
  look(first);
  look(last);
  for (int i = 0; i < kMost && (i < kLeast || !course.is_over(most)); ++i)
    look(course.place(first, last));
}

void probe_listings(sqlite::Database& database, Course& course, std::chrono::milliseconds most) {
  auto listing = database.prepare(
      "SELECT revision, peer, path, content, size, modified, audience, attributes, have"
      " FROM listings WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path = database.prepare(
      "SELECT revision FROM listings INDEXED BY listings_by_path WHERE peer=? AND path=?");
  auto by_content = database.prepare("SELECT count(*) FROM contents WHERE prefix=? AND revision=?");
  look_around(
      database.integer("SELECT min(revision) FROM listings"),
      database.integer("SELECT max(revision) FROM listings"), course, most,
      [&](std::int64_t place) {
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

void probe_removals(sqlite::Database& database, Course& course, std::chrono::milliseconds most) {
  auto removal = database.prepare(
      "SELECT revision, peer, path FROM removed WHERE revision>=? ORDER BY revision LIMIT 1");
  auto by_path =
      database.prepare("SELECT count(*) FROM removed WHERE peer=? AND path IS ? AND revision=?");
  look_around(database.integer("SELECT min(revision) FROM removed"),
              database.integer("SELECT max(revision) FROM removed"), course, most,
              [&](std::int64_t place) {
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

void probe(sqlite::Database& database, const ProbeLimits& limits) {
  Course course(limits);
  probe_listings(database, course, limits.most * 3 / 4);
  probe_removals(database, course, limits.most);
}

}  // namespace swapmeet::registry_sqlite
