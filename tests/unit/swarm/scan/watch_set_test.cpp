// Which folder a number of inotify's stands for.
#include "transfer/swarm/scan/watch_set.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

// The number of the next event.
int next_number(const WatchSet& set) {
  pollfd ready{set.descriptor(), POLLIN, 0};
  REQUIRE(poll(&ready, 1, 60'000) == 1);
  alignas(inotify_event) char buffer[4096];
  REQUIRE(read(set.descriptor(), buffer, sizeof buffer) > 0);
  return reinterpret_cast<const inotify_event*>(buffer)->wd;
}

TEST_CASE("an event tells all the places that a folder has") {
  const Folder folder;
  fs::create_directories(folder.path / "in");
  WatchSet set(100);
  REQUIRE(set.add({"s", ""}, folder.path.string()) == 0);
  REQUIRE(set.add({"s", "in"}, (folder.path / "in").string()) == 0);
  REQUIRE(set.add({"part", ""}, (folder.path / "in").string()) == 0);
  folder.write("in/a", "x");
  const auto places = set.places(next_number(set));
  CHECK(places == std::vector<WatchedPlace>{{"s", "in"}, {"part", ""}});
}

TEST_CASE("a place that is removed takes those below along, and no others") {
  const Folder folder;
  for (const auto* name : {"a/b", "ab", "c"}) fs::create_directories(folder.path / name);
  WatchSet set(100);
  for (const auto* name : {"a", "a/b", "ab", "c"})
    REQUIRE(set.add({"s", name}, (folder.path / name).string()) == 0);
  REQUIRE(set.add({"other", "a"}, (folder.path / "c").string()) == 0);
  set.remove_below({"s", "a"});
  folder.write("a/x", "x");
  folder.write("a/b/x", "x");
  folder.write("ab/x", "x");
  // The kernel has told that it dropped the two; what comes after is of those that stay.
  std::vector<WatchedPlace> told;
  while (told.empty()) told = set.places(next_number(set));
  CHECK(told == std::vector<WatchedPlace>{{"s", "ab"}});
  set.remove_below({"s", ""});
  folder.write("c/x", "x");
  while (told != std::vector<WatchedPlace>{{"other", "a"}}) told = set.places(next_number(set));
}

TEST_CASE("there are no more watches than allowed, and what is no folder has none") {
  const Folder folder;
  folder.write("file", "x");
  fs::create_directories(folder.path / "in");
  fs::create_directory_symlink(folder.path / "in", folder.path / "link");
  WatchSet set(1);
  CHECK(set.add({"s", "file"}, (folder.path / "file").string()) == ENOTDIR);
  CHECK(set.add({"s", "gone"}, (folder.path / "gone").string()) == ENOENT);
  CHECK(set.add({"s", "link"}, (folder.path / "link").string()) != 0);
  CHECK(set.add({"s", ""}, (folder.path / "link").string()) == 0);  // a share's own may be one
  CHECK(set.add({"s", "in"}, (folder.path / "in").string()) == ENOSPC);
  set.remove_below({"s", ""});
  CHECK(set.add({"s", "in"}, (folder.path / "in").string()) == 0);
}

TEST_CASE("a number that the kernel has dropped stands for nothing") {
  const Folder folder;
  WatchSet set(100);
  REQUIRE(set.add({"s", ""}, folder.path.string()) == 0);
  folder.write("a", "x");
  const auto number = next_number(set);
  CHECK(set.places(number).size() == 1);
  set.remove(number);
  set.remove(number);
  CHECK(set.places(number).empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
