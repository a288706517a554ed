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

TEST_CASE("a file that was touched when it moved is taken in at once, and read again") {
  const MemoryFolder folder;
  testing::ManualClock clock;
  Catalogue catalogue(folder.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  const auto tree = tree_of("abc");
  catalogue.commit(key, {{"here", {5, 3, 7, 100}, tree, 1, 9}});
  // Its folder was renamed: nothing happened to the file itself.
  CHECK(catalogue.adopt(key, {{"there", {5, 3, 7, 100}, 1, 9}}).empty());
  const auto touched = catalogue.adopt(key, {{"named anew", {5, 3, 7, 200}, 1, 9}});
  REQUIRE(touched.size() == 1);
  CHECK(touched[0].path == "named anew");
  CHECK(catalogue.places(tree.content).size() == 3);
  const auto files = catalogue.files(key, "", "", 9);
  REQUIRE(files.size() == 3);
  CHECK(files[0].checked);
  CHECK_FALSE(files[1].checked);  // also after a restart
  const auto told = catalogue.state()->latest;
  catalogue.commit(key, {{"named anew", {5, 3, 7, 200}, tree, 1, 9}});
  CHECK(catalogue.files(key, "", "", 9)[1].checked);
  CHECK(catalogue.state()->latest == told);  // it is what it was taken for: no news
}

TEST_CASE("a file that something was done to where it is has not moved") {
  const MemoryFolder folder;
  testing::ManualClock clock;
  Catalogue catalogue(folder.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, {{"here", {5, 3, 7, 100}, tree_of("abc"), 1, 9},
                         {"its other name", {5, 3, 7, 100}, tree_of("abc"), 1, 9}});
  CHECK(catalogue.adopt(key, {{"here", {5, 3, 7, 200}, 1, 9}}).size() == 1);
  CHECK(catalogue.files(key, "", "", 9)[0].stamp.ctime_ns == 100);  // so it is not served
}

TEST_CASE("a spoiled file is not what it was, here or under another name") {
  const MemoryFolder folder;
  testing::ManualClock clock;
  Catalogue catalogue(folder.path / "catalogue.sqlite", clock);
  catalogue.put_share({"s", "/nowhere", {}}, false);
  const auto key = catalogue.share("s")->key;
  catalogue.commit(key, {{"here", {5, 3, 7, 100}, tree_of("abc"), 1, 9}});
  catalogue.spoil(key, "here");
  CHECK_FALSE(catalogue.content(key, "here", {5, 3, 7, 100}));
  CHECK(catalogue.adopt(key, {{"there", {5, 3, 7, 100}, 1, 9}}).size() == 1);
  catalogue.remove(key, {"here"});
  CHECK(catalogue.adopt(key, {{"there", {5, 3, 7, 100}, 1, 9}}).size() == 1);
  CHECK(catalogue.files(key, "", "", 9).empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
