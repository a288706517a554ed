#include "transfer/swarm/catalogue/catalogue.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue_sql.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("the catalogue's feed tells puts and removals in order") {
  const Folder folder;
  std::string feed;
  {
    Catalogue catalogue(folder.path / "catalogue.sqlite");
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
  Catalogue again(folder.path / "catalogue.sqlite");
  CHECK(again.state()->feed == feed);
  again.remove_share("music");
  CHECK(again.shares().empty());
  const auto rest = again.changes_after(0, 10);
  REQUIRE(rest->changes.size() == 2);
  for (const auto& change : rest->changes) CHECK(change.kind == ChangeKind::remove);
}

std::vector<HashedFile> many(int from, int to) {
  static const auto tree = tree_of("x");
  std::vector<HashedFile> files;
  for (int i = from; i < to; ++i)
    files.push_back({"folder/" + std::to_string(i), {static_cast<std::uint64_t>(i), 1, 0}, tree});
  return files;
}

std::vector<std::string> paths_of(const std::vector<HashedFile>& files) {
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.path);
  return paths;
}

// What SQLite says about how it would run a statement.
std::string plan_of(sqlite::Database& database, const std::string& sql) {
  std::string plan;
  auto row = database.prepare("EXPLAIN QUERY PLAN " + sql);
  while (row.step()) plan += row.text(3) + '\n';
  return plan;
}

TEST_CASE("a large feed is read page by page, by its index") {
  const Folder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite");
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

TEST_CASE("removals are forgotten once they are many and outnumber the files") {
  const Folder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite");
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  constexpr int kMany = 100'001;
  catalogue.commit(key, many(0, kMany));
  const auto before = catalogue.state()->latest;
  catalogue.remove(key, paths_of(many(0, kMany - 1)));
  CHECK(catalogue.state()->oldest == 0);
  catalogue.remove(key, paths_of(many(kMany - 1, kMany)));
  const auto state = *catalogue.state();
  CHECK(state.oldest > before);
  CHECK(catalogue.changes_after(before, 10).error().code == ErrorCode::conflict);
  CHECK(catalogue.changes_after(0, 10));
  CHECK(catalogue.changes_after(state.oldest, 10)->changes.size() == 10);
}

TEST_CASE("a moved file is recognised, until it was gone for too long") {
  const Folder folder;
  Catalogue catalogue(folder.path / "catalogue.sqlite");
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  const auto tree = tree_of("abc");
  const StoredFile here{"here", {5, 3, 7}, 1, 9};
  catalogue.commit(key, {{here.path, here.stamp, tree, here.device, here.born_ns}});
  CHECK(catalogue.adopt(key, {{"there", {5, 3, 7}, 1, 9}}).empty());
  CHECK(catalogue.adopt(key, {{"other", {5, 3, 8}, 1, 9}}).size() == 1);  // another time
  CHECK(catalogue.adopt(key, {{"newer", {5, 3, 7}, 1, 8}}).size() == 1);  // its inode, used again
  CHECK(catalogue.adopt(key, {{"other", {5, 3, 7}, 2, 9}}).size() == 1);  // another disk
  CHECK(catalogue.adopt(key, {{"other", {5, 3, 7}, 1, 0}}).size() == 1);  // who knows
  catalogue.remove(key, {"here", "there"});
  CHECK_FALSE(catalogue.tree(tree.content));  // not shared now
  CHECK(catalogue.adopt(key, {{"again", {5, 3, 7}, 1, 9}}).empty());
  REQUIRE(catalogue.tree(tree.content));  // of one leaf, which is all there is to know
  CHECK(catalogue.tree(tree.content)->layer == tree.layer);
  CHECK(catalogue.tree(tree.content)->size == tree.size);
  catalogue.remove(key, {"again"});
  catalogue.forget_gone(std::chrono::hours(1));
  CHECK(catalogue.adopt(key, {{"again", {5, 3, 7}, 1, 9}}).empty());
  catalogue.remove(key, {"again"});
  catalogue.forget_gone(std::chrono::seconds(0));
  CHECK(catalogue.adopt(key, {{"again", {5, 3, 7}, 1, 9}}).size() == 1);
}

TEST_CASE("the audience of a share outlives the process") {
  const Folder folder;
  const Audience friends{false, {"friends", "family"}, {"bob"}};
  { Catalogue(folder.path / "c").put_share({"s", "/nowhere", friends}, false); }
  CHECK(Catalogue(folder.path / "c").share("s")->spec.audience == friends);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
