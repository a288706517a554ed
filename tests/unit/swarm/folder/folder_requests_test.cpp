// Folders that are asked for in another way than before, or where there is nothing to fetch.
#include "unit/swarm/folder/folder_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a folder that left out a taken name replaces it when it is asked for so once more") {
  Fetching f;
  f.share("music/album/a.flac", "the right one");
  f.share("music/album/b.flac", "b");
  std::filesystem::create_directories(f.got("album"));
  std::ofstream(f.got("album/a.flac")) << "mine";
  f.open();
  const auto id = f.fetch();
  CHECK(f.when_failed(id).folder->failed == 1);
  CHECK(bytes_in(f.got("album/a.flac")) == "mine");
  CHECK(f.fetch("music/album", true) == id);
  CHECK(f.when_done(id).folder->done == 2);
  CHECK(bytes_in(f.got("album/a.flac")) == "the right one");
  CHECK(f.queue->list({})->items.size() == 1);
}

TEST_CASE("a folder of this host itself is not fetched: it is said where it is") {
  Fetching f;
  f.share("music/album/a.flac", "a");
  f.options.self = alice();
  f.options.own.folder = [](const std::string& path) { return "/home/" + path; };
  f.open();
  const auto refused = f.queue->start_folder({alice(), "music/album/", "", false});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::already_exists);
  CHECK(refused.error().message ==
        "'music/album' is in a share of this host itself, as /home/music/album");
  CHECK(f.queue->list({})->items.empty());
}

}  // namespace swapmeet::transfer_swarm
