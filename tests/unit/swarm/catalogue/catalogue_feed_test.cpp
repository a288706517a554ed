// The catalogue as whoever follows it reads it.
#include "transfer/swarm/catalogue/catalogue_feed.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "unit/swarm/catalogue/many_files.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("the catalogue's feed tells puts and removals in order") {
  const MemoryFolder folder;
  std::string feed;
  {
    Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
    catalogue.put_share({"music", "/nowhere", {}}, false);
    const auto key = catalogue.share("music")->key;
    catalogue.commit(key, {{"a", {1, 3, 0}, tree_of("abc")}, {"b", {2, 1, 0}, tree_of("x")}});
    auto first = catalogue.changes_after(0, 1);
    REQUIRE(first);
    REQUIRE(first->changes.size() == 1);
    CHECK(first->changes[0].listing.path == "music/a");
    auto second = catalogue.changes_after(first->upto, 10);
    REQUIRE(second->changes.size() == 1);
    CHECK(second->changes[0].listing.path == "music/b");
    CHECK(second->upto == catalogue.state()->latest);
    catalogue.remove(key, {"a"});
    auto third = catalogue.changes_after(second->upto, 10);
    REQUIRE(third->changes.size() == 1);
    CHECK(third->changes[0].kind == ChangeKind::remove);
    CHECK(third->changes[0].listing.path == "music/a");
    CHECK(catalogue.changes_after(third->upto, 10)->changes.empty());
    CHECK_FALSE(catalogue.changes_after(third->upto + 1, 10));
    catalogue.put_share({"music", "/nowhere", {false, {"friends"}, {}}}, false);
    auto fourth = catalogue.changes_after(third->upto, 10);
    REQUIRE(fourth->changes.size() == 1);
    CHECK(fourth->changes[0].listing.audience.groups.size() == 1);
    CHECK(fourth->upto >= fourth->changes[0].revision);
    feed = catalogue.state()->feed;
  }
  Catalogue again(folder.path / "catalogue.sqlite", still_clock());
  CHECK(again.state()->feed == feed);
  again.remove_share("music");
  CHECK(again.shares().empty());
  const auto rest = again.changes_after(0, 10);
  REQUIRE(rest->changes.size() == 2);
  for (const auto& change : rest->changes) CHECK(change.kind == ChangeKind::remove);
}

// What SQLite says about how it would run a statement.
std::string plan_of(sqlite::Database& database, const std::string& sql) {
  std::string plan;
  auto row = database.prepare("EXPLAIN QUERY PLAN " + sql);
  while (row.step()) plan += row.text(3) + '\n';
  return plan;
}

TEST_CASE("a large feed is read page by page, by its index") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, many(0, 50'000));
  catalogue.remove(key, paths_of(many(0, 10'000)));
  Revision at = 0;
  std::size_t puts = 0;
  std::size_t removals = 0;
  for (const auto latest = catalogue.state()->latest; at != latest;) {
    const auto page = catalogue.changes_after(at, 1000);
    REQUIRE(page);
    REQUIRE(page->changes.size() <= 1000);
    REQUIRE(page->upto > at);
    for (const auto& change : page->changes) ++(change.kind == ChangeKind::put ? puts : removals);
    at = page->upto;
  }
  CHECK(puts == 40'000);
  CHECK(removals == 10'000);
  sqlite::Database database(folder.path / "catalogue.sqlite");
  for (const std::string sql : {kPutsAfter, kRemovalsAfter}) {
    const auto plan = plan_of(database, sql);
    INFO(plan);
    CHECK(plan.find("_by_revision (revision>?)") != std::string::npos);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    CHECK(plan.find("SCAN") == std::string::npos);
  }
}

TEST_CASE("a follower is woken by what it has to read, until it goes") {
  const MemoryFolder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
  int woken = 0;
  auto follower = catalogue.on_advance([&] { ++woken; });
  catalogue.put_share({"s", "/nowhere", {}}, false);
  CHECK(woken == 0);  // no listing yet
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, many(0, 3));
  CHECK(woken == 1);
  catalogue.remove(key, {"not there"});
  CHECK(woken == 1);
  follower = {};
  catalogue.remove(key, paths_of(many(0, 3)));
  CHECK(woken == 1);
}

TEST_CASE("a follower may outlive the feed") {
  const MemoryFolder folder;
  Registration follower;
  {
    Catalogue catalogue(folder.path / "catalogue.sqlite", still_clock());
    follower = catalogue.on_advance([] {});
  }
  follower = {};
}

TEST_CASE("two feeds have different ids") {
  const MemoryFolder folder;
  Catalogue one(folder.path / "one", still_clock()), two(folder.path / "two", still_clock());
  CHECK(one.state()->feed != two.state()->feed);
  CHECK(one.state()->feed.size() == 32);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
