// A folder of a peer as one download of the queue.
#include <fstream>

#include "unit/swarm/folder/folder_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a folder comes with all that is in it, as one download") {
  Fetching f;
  f.share("music/album/one.flac", noise(20'000, 1));
  f.share("music/album/sub/two.flac", noise(3, 2));
  f.share("music/album/sub/none.txt", "");
  f.share("music/album/large.iso", noise(3 * kMiB + 17, 3));
  f.share("music/albums/other.flac", noise(5, 4));
  f.open();
  const auto id = f.fetch();
  const auto status = f.when_done(id);
  CHECK(status.why.empty());
  CHECK(status.name == "album");
  CHECK(status.path == f.got("album").string());
  REQUIRE(status.folder);
  CHECK(status.folder->files == 4);
  CHECK(status.folder->done == 4);
  CHECK(status.folder->failed == 0);
  CHECK_FALSE(status.folder->listing);
  CHECK(status.size == 20'000 + 3 + 3 * kMiB + 17);
  CHECK(status.done == status.size);
  CHECK(f.all_files() == std::vector<std::string>{"album/large.iso", "album/one.flac",
                                                  "album/sub/none.txt", "album/sub/two.flac"});
  CHECK(bytes_in(f.got("album/one.flac")) == noise(20'000, 1));
  CHECK(bytes_in(f.got("album/sub/two.flac")) == noise(3, 2));
  CHECK(bytes_in(f.got("album/large.iso")) == noise(3 * kMiB + 17, 3));
  CHECK(f.files() == std::vector<std::string>{"album"});
  CHECK(f.queue->list({})->items.size() == 1);
  CHECK(f.queue->files(id, {})->items.empty());
}

TEST_CASE("a folder with names from a hostile peer has safe ones in every part") {
  Fetching f;
  for (const auto* name : {"...", "trail ", ".hid", "back\\slash", "x\u202ey"})
    f.share(name + std::string("/CON/q?\u2066 /.bashrc"), name);
  f.open();
  for (const auto* name : {"...", "trail ", ".hid", "back\\slash", "x\u202ey"})
    f.when_done(f.fetch(name));
  CHECK(f.all_files() == std::vector<std::string>{"___/_CON/q___/_bashrc", "_hid/_CON/q___/_bashrc",
                                                  "back_slash/_CON/q___/_bashrc",
                                                  "trail_/_CON/q___/_bashrc",
                                                  "x_y/_CON/q___/_bashrc"});
}

TEST_CASE("many small files come over one connection, together, and with one question each") {
  Fetching f;
  f.share_many(3000, 100);
  f.open();
  f.peer.hold_at(0);
  const auto id = f.fetch();
  REQUIRE(f.peer.wait_until_asked(100));
  f.peer.release();
  const auto status = f.when_done(id);
  CHECK(status.folder->done == 3000);
  CHECK(f.peer.connections() == 1);
  CHECK(f.peer.requests() == 3000);
  CHECK(f.peer.most_together() >= 100);
  CHECK(f.shelf.asked_for_contents() == 0);
  CHECK(f.shelf.asked_for_peers() == 1);
  CHECK(f.shelf.pages() == 3);
  REQUIRE(status.sources.size() == 1);
  CHECK(status.sources[0].name == "alice");
  CHECK(status.sources[0].bytes == 300'000);
}

TEST_CASE("a connection that is lost is made again, and nothing is lost with it") {
  Fetching f;
  f.share_many(500, 1000);
  f.peer.close_after(70);
  f.open();
  const auto status = f.when_done(f.fetch());
  CHECK(status.folder->done == 500);
  CHECK(f.peer.connections() >= 7);
}

TEST_CASE("a folder that nobody shares is not found") {
  Fetching f;
  f.share_many(1, 10);
  f.open();
  CHECK(f.queue->start_folder({alice(), "music/other", "", false}).error().code ==
        ErrorCode::not_found);
  CHECK(f.queue->start_folder({alice(), "", "", false}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(f.queue->start_folder({alice(), "music/../etc", "", false}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(f.queue->start_folder({alice(), "music/album", "../..", false}).error().code ==
        ErrorCode::invalid_argument);
  CHECK(f.queue->start_folder({PeerId{}, "music/album", "", false}).error().code ==
        ErrorCode::not_found);
  CHECK(f.queue->list({})->items.empty());
}

TEST_CASE("the same folder into the same place is the same download; later what is new comes") {
  Fetching f;
  f.share_many(3, 100);
  f.open();
  f.peer.hold_at(0);
  const auto id = f.fetch();
  CHECK(f.fetch("music/album/") == id);
  f.peer.release();
  f.when_done(id);
  f.share("music/album/new.flac", noise(50, 77));
  CHECK(f.fetch() == id);
  const auto status = f.when_done(id);
  CHECK(status.folder->files == 4);
  CHECK(status.folder->done == 4);
  CHECK(f.peer.requests() == 4);  // the others were there already
}

TEST_CASE("a file whose name is taken stays out with its reason, and the folder goes on") {
  Fetching f;
  f.share_many(3, 100);
  std::filesystem::create_directories(f.got("album"));
  std::ofstream(f.got("album/00001.flac")) << "mine";
  f.open();
  const auto id = f.fetch();
  const auto status = f.when_failed(id);
  CHECK(status.why ==
        "1 of 3 files were not fetched: 00001.flac: its name is taken by another "
        "file");
  CHECK(status.folder->done == 2);
  CHECK(status.folder->failed == 1);
  CHECK(bytes_in(f.got("album/00001.flac")) == "mine");
  const auto open = f.queue->files(id, {});
  REQUIRE(open->items.size() == 1);
  CHECK(open->items[0].path == "00001.flac");
  CHECK(open->items[0].state == DownloadState::failed);
  CHECK(f.files() == std::vector<std::string>{"album"});

  std::filesystem::remove(f.got("album/00001.flac"));
  REQUIRE(f.queue->resume(id));
  CHECK(f.when_done(id).folder->done == 3);
}

TEST_CASE("who asks for it gets the names that are taken") {
  Fetching f;
  f.share_many(2, 100);
  f.share("music/album/large", noise(2 * kMiB, 9));
  std::filesystem::create_directories(f.got("album"));
  std::ofstream(f.got("album/00001.flac")) << "mine";
  std::ofstream(f.got("album/large")) << "mine";
  f.open();
  CHECK(f.when_done(f.fetch("music/album", true)).folder->done == 3);
  CHECK(bytes_in(f.got("album/00001.flac")) == noise(100, 2));
  CHECK(bytes_in(f.got("album/large")) == noise(2 * kMiB, 9));
}

TEST_CASE("what the peer does not give as it should is fetched from others, or fails alone") {
  Fetching f;
  const auto contents = f.share_many(20, 100);
  f.peer.answers(contents[3], Answer::wrong_bytes);
  f.peer.answers(contents[5], Answer::missing);
  f.peer.answers(contents[7], Answer::other_size);
  f.peer.answers(contents[9], Answer::wrong_bytes);
  const FakeSource other(noise(100, 10));
  REQUIRE(other.content() == contents[9]);
  f.shelf.also_has(contents[9], other.source(8));
  f.open();
  const auto id = f.fetch();
  const auto status = f.when_failed(id);
  CHECK(status.folder->done == 17);
  CHECK(status.folder->failed == 3);
  CHECK(status.why.starts_with("3 of 20 files were not fetched: 00003.flac: "));
  CHECK(bytes_in(f.got("album/00009.flac")) == noise(100, 10));
  CHECK(f.all_files().size() == 17);

  f.peer.answers(contents[3], Answer::right);
  f.peer.answers(contents[5], Answer::right);
  f.peer.answers(contents[7], Answer::right);
  REQUIRE(f.queue->resume(id));
  CHECK(f.when_done(id).folder->done == 20);
}

TEST_CASE("a source that is busy says when to come back, and the folder waits so long") {
  Fetching f;
  f.share_many(5, 100);
  f.peer.answers_all(Answer::full);
  f.open();
  const auto id = f.fetch();
  const auto status = f.when_waiting(id);
  CHECK(status.why == "waits at alice, place 3 in the queue");
  CHECK(status.next_try);
  f.peer.answers_all(Answer::right);
  CHECK(f.when_done(id).folder->done == 5);
}

TEST_CASE("a folder waits for a peer that is not there, and goes on where it was") {
  Fetching f;
  f.share_many(5, 100);
  f.shelf.is_present(false);
  f.open();
  const auto id = f.fetch();
  CHECK(f.when_waiting(id).why == "alice is not present");
  f.shelf.is_present(true);
  CHECK(f.when_done(id).folder->done == 5);
}

TEST_CASE("a folder that is paused goes on after a restart, and what is done is not asked again") {
  Fetching f;
  f.share_many(600, 100);
  f.open();
  f.peer.hold_at(400);
  const auto id = f.fetch();
  f.when(id, [](const auto& status) { return status.folder->done >= 300; });
  REQUIRE(f.queue->pause(id));
  f.queue.reset();
  f.peer.release();
  f.open();
  CHECK(f.queue->get(id)->state == DownloadState::paused);
  CHECK(f.queue->get(id)->folder->files == 600);
  const auto done = f.queue->get(id)->folder->done;
  CHECK(done >= 300);
  const auto asked = f.peer.requests();
  REQUIRE(f.queue->resume(id));
  CHECK(f.when_done(id).folder->done == 600);
  CHECK(f.peer.requests() - asked <= 600 - done);
}

TEST_CASE("a cancelled folder leaves what is done, and nothing half-made") {
  Fetching f;
  f.share_many(600, 100);
  f.share("music/album/large", noise(3 * kMiB, 9));
  f.open();
  f.peer.hold_at(400);
  const auto id = f.fetch();
  f.when(id, [](const auto& status) { return status.folder->done >= 300; });
  REQUIRE(f.queue->cancel(id));
  CHECK(f.queue->list({})->items.empty());
  CHECK(f.files() == std::vector<std::string>{"album"});
  for (const auto& file : f.all_files()) CHECK(file.find(".swapmeet-part") == std::string::npos);
  CHECK(f.all_files().size() >= 300);
  CHECK(f.queue->files(id, {}).error().code == ErrorCode::not_found);
  f.queue.reset();
  f.open();
  CHECK(f.queue->list({})->items.empty());
}

}  // namespace swapmeet::transfer_swarm
