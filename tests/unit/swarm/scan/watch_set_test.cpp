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

// The numbers of the events that there are; waits for the first.
std::vector<int> numbers_of(const WatchSet& set) {
  pollfd ready{set.descriptor(), POLLIN, 0};
  REQUIRE(poll(&ready, 1, 60'000) == 1);
  alignas(inotify_event) char buffer[64 << 10];
  const auto got = read(set.descriptor(), buffer, sizeof buffer);
  REQUIRE(got > 0);
  std::vector<int> numbers;
  for (const char* at = buffer; at < buffer + got;) {
    const auto& event = *reinterpret_cast<const inotify_event*>(at);
    numbers.push_back(event.wd);
    at += sizeof(inotify_event) + event.len;
  }
  return numbers;
}

// The places that the next events tell, without those of numbers that stand for nothing.
std::vector<WatchedPlace> places_told(const WatchSet& set) {
  std::vector<WatchedPlace> told;
  while (told.empty())
    for (const int number : numbers_of(set))
      if (auto places = set.places(number); !places.empty()) told = std::move(places);
  return told;
}

TEST_CASE("an event tells all the places that a folder has") {
  const Folder folder;
  fs::create_directories(folder.path / "in");
  WatchSet set(100);
  REQUIRE(set.add({"s", ""}, folder.path.string()) == 0);
  REQUIRE(set.add({"s", "in"}, (folder.path / "in").string()) == 0);
  REQUIRE(set.add({"part", ""}, (folder.path / "in").string()) == 0);
  folder.write("in/a", "x");
  CHECK(places_told(set) == std::vector<WatchedPlace>{{"s", "in"}, {"part", ""}});
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
  CHECK(places_told(set) == std::vector<WatchedPlace>{{"s", "ab"}});
  set.remove_below({"s", ""});
  folder.write("ab/y", "x");
  folder.write("c/x", "x");
  CHECK(places_told(set) == std::vector<WatchedPlace>{{"other", "a"}});
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
  const auto number = numbers_of(set).at(0);
  CHECK(set.places(number).size() == 1);
  set.remove(number);
  set.remove(number);
  CHECK(set.places(number).empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
