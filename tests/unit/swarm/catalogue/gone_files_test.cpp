// Files that were moved, and for how long they are known.
#include "transfer/swarm/catalogue/gone_files.h"

#include "catch.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "unit/swarm/catalogue/many_files.h"
#include "unit/swarm/catalogue/memory_folder.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("a moved file is recognised, until it was gone for too long") {
  const MemoryFolder folder;
  testing::ManualClock clock;
  Catalogue catalogue(folder.path / "catalogue.sqlite", clock);
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
  clock.advance(std::chrono::minutes(59));
  catalogue.forget_gone(std::chrono::hours(1));
  CHECK(catalogue.adopt(key, {{"again", {5, 3, 7}, 1, 9}}).empty());
  catalogue.remove(key, {"again"});
  clock.advance(std::chrono::hours(1));
  catalogue.forget_gone(std::chrono::hours(1));
  CHECK(catalogue.adopt(key, {{"again", {5, 3, 7}, 1, 9}}).size() == 1);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
