// What a peer lists, as files for this machine.
#include "transfer/swarm/folder/listed_files.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

Listing listing(const std::string& path, std::uint64_t size) {
  Listing one;
  one.path = path;
  one.content.bytes[0] = 1;
  one.size = size;
  return one;
}

}  // namespace

TEST_CASE("what is below the folder is taken, and nothing beside it") {
  const auto files =
      listed_files({listing("music/album/a", 5), listing("music/album/sub/b", 6),
                    listing("music/albums/c", 7), listing("music/album", 8), listing("other", 9)},
                   "music/album");
  REQUIRE(files.size() == 2);
  CHECK(files[0].key.path == "a");
  CHECK(files[0].size == 5);
  CHECK(files[0].state == FileState::small);
  CHECK(files[1].key.path == "sub/b");
}

TEST_CASE(
    "a file of one piece comes with others, a larger one alone, and an absurd one not at all") {
  const auto files = listed_files({listing("f/a", kMostSmall), listing("f/b", kMostSmall + 1),
                                   listing("f/c", kMostFileSize), listing("f/d", ~0ULL)},
                                  "f");
  REQUIRE(files.size() == 4);
  CHECK(files[0].state == FileState::small);
  CHECK(files[1].state == FileState::alone);
  CHECK(files[2].state == FileState::alone);
  CHECK(files[3].state == FileState::failed);
  CHECK(files[3].why == "it is said to be larger than any file");
  CHECK(files[3].size == 0);
}

TEST_CASE("an empty file is empty, whatever the peer says of its size") {
  auto empty = listing("f/a", 77);
  empty.content = kEmptyContent;
  CHECK(listed_files({empty}, "f").at(0).size == 0);
}

}  // namespace swapmeet::transfer_swarm
