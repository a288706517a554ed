#include "transfer/swarm/catalogue.h"

#include "catch.h"
#include "shared_folder.h"

namespace swapmeet::swarm {
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

}  // namespace
}  // namespace swapmeet::swarm
