// Who has a content, while entries move from memory into their table: with portions so small that
// every few changes begin one, against a plain map, with restarts and a failed transaction between.
#include <map>
#include <random>
#include <set>

#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;

namespace {

constexpr swapmeet::registry_sqlite::StoreOptions kSmallPortions{
    .writer = {.least_content_portion = 7}};
constexpr std::uint8_t kPeers = 5;
constexpr std::uint8_t kContents = 9;

using Model =
    std::map<std::pair<std::uint8_t, std::string>, std::uint8_t>;  // (peer, path): content

std::map<std::string, int> uses_of(const Model& model, std::uint8_t what) {
  std::map<std::string, int> uses;
  for (const auto& [listing, content] : model)
    if (content == what) ++uses[listing.second];
  return uses;
}

void check_all(Store& store, const Model& model) {
  for (std::uint8_t what = 1; what <= kContents; ++what) {
    std::set<PeerId> peers;
    for (const auto& [listing, is] : model)
      if (is == what) peers.insert(peer(listing.first));
    const auto record = store.content(content(what), {});
    REQUIRE(record.ok() == !peers.empty());
    if (!record) continue;
    std::set<PeerId> sources;
    for (const auto& source : record->sources) sources.insert(source.peer);
    CHECK(sources == peers);
    CHECK(record->sources.size() == peers.size());
    const auto uses = uses_of(model, what);
    CHECK(record->names.size() == std::min<std::size_t>(uses.size(), 20));
    for (const auto& name : record->names) CHECK(uses.contains(name));
  }
}

void change_at_random(Store& store, Model& model, std::mt19937& random) {
  const auto who = static_cast<std::uint8_t>(1 + random() % kPeers);
  if (random() % 40 == 0) {  // all over again
    REQUIRE(store.announce(peer(who), {"catalogue", 0, 1, {}}).ok());
    std::erase_if(model, [&](const auto& one) { return one.first.first == who; });
    return;
  }
  std::vector<Change> changes;
  for (auto count = 1 + random() % 4; count > 0; --count) {
    const auto path = "f" + std::to_string(random() % 30);
    const auto what = static_cast<std::uint8_t>(1 + random() % kContents);
    if (random() % 3 == 0) {
      changes.push_back(gone(path));
      model.erase({who, path});
    } else {
      changes.push_back(put(path, what));
      model[{who, path}] = what;
    }
  }
  REQUIRE(announce(store, who, std::move(changes)).ok());
}

}  // namespace

TEST_CASE("contents are found wherever their entries are, through restarts") {
  const Folder folder;
  Model model;
  std::mt19937 random(11);
  for (int run = 0; run < 12; ++run) {
    Store store(folder.path, kSmallPortions);
    if (run == 0)
      for (std::uint8_t n = 1; n <= kPeers; ++n) enroll(store, n, "peer" + std::to_string(n));
    check_all(store, model);
    for (int step = 0; step < 60; ++step) {
      change_at_random(store, model, random);
      if (step % 10 == 0) check_all(store, model);
    }
  }
  sqlite::Database database(folder.path / "registry.db");
  CHECK(database.integer("SELECT value FROM meta WHERE name='contents_upto'") > 0);
  // Nothing stays behind in the table of what is gone.
  CHECK(database.integer("SELECT count(*) FROM contents c WHERE NOT EXISTS"
                         " (SELECT 1 FROM listings l WHERE l.revision=c.revision)") == 0);
  // And all that is not read from the listings at the start is in it.
  CHECK(database.integer(
            "SELECT count(*) FROM listings l WHERE l.revision<=(SELECT value FROM meta WHERE"
            " name='contents_upto') AND NOT EXISTS (SELECT 1 FROM contents c WHERE"
            " c.prefix=substr(l.content,1,8) AND c.revision=l.revision)") == 0);
}

TEST_CASE("what a failed announce would have changed is not in the memory of contents either") {
  const Folder folder;
  Store store(folder.path, {.writer = {.most_pages = 60, .least_content_portion = 7}});
  enroll(store, 1, "ann");
  std::vector<Change> few;
  for (int i = 0; i < 10; ++i) few.push_back(put("f" + std::to_string(i), 1));
  REQUIRE(announce(store, 1, few).ok());
  std::vector<Change> many{gone("f0"), put("f1", 2)};
  for (int i = 0; i < 5000; ++i) many.push_back(put("new/" + std::to_string(i), 3));
  CHECK_THROWS_AS(announce(store, 1, many), sqlite::Failure);
  CHECK(store.content(content(1), {})->names.size() == 10);
  CHECK_FALSE(store.content(content(2), {}).ok());
  CHECK_FALSE(store.content(content(3), {}).ok());
  REQUIRE(announce(store, 1, {gone("f0")}).ok());
  CHECK(store.content(content(1), {})->names.size() == 9);
}
