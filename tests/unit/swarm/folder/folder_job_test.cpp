// How a folder's listing is read, and what stops the folder or only a file of it.
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "unit/swarm/folder/folder_fixture.h"

namespace swapmeet::transfer_swarm {

TEST_CASE("a listing of many pages goes on where it was when the index goes away and comes back") {
  Fetching f;
  f.share_many(95, 10);
  f.shelf.give_pages_of(10);
  f.shelf.before_page([&](int page) {
    if (page == 5) f.shelf.fails(Error{ErrorCode::unavailable, "the index is away", {}});
    if (page == 6) f.shelf.fails(std::nullopt);
  });
  f.open();
  const auto id = f.fetch();
  const auto status = f.when_done(id);
  CHECK(status.folder->files == 95);
  CHECK(status.folder->done == 95);
  CHECK(f.shelf.pages() == 11);  // ten, and the one that failed
}

TEST_CASE("files come while others are still being listed") {
  Fetching f;
  f.share_many(20, 10);
  f.shelf.give_pages_of(10);
  std::mutex mutex;
  std::condition_variable changed;
  bool may_go_on = false;
  f.shelf.before_page([&](int page) {
    std::unique_lock lock(mutex);
    if (page == 2) changed.wait(lock, [&] { return may_go_on; });
  });
  f.open();
  const auto id = f.fetch();
  const auto status = f.when(id, [](const auto& now) { return now.folder->done == 10; });
  CHECK(status.folder->listing);
  CHECK(status.folder->files == 10);
  {
    const std::lock_guard lock(mutex);
    may_go_on = true;
    changed.notify_all();
  }
  CHECK(f.when_done(id).folder->done == 20);
}

TEST_CASE("names that are changed to be safe are found, in whatever order they come") {
  Fetching f;
  f.shelf.give_pages_of(2);
  f.share("music/album/a", noise(1, 1));
  f.share("music/album/b/x", noise(2, 2));
  f.share("music/album/c?", noise(3, 3));
  f.share("music/album/c_", noise(4, 4));
  f.share("music/album/con.txt", noise(5, 5));
  f.share("music/album/zz", noise(6, 6));
  f.open();
  const auto status = f.when_failed(f.fetch());
  CHECK(status.folder->done == 5);
  CHECK(f.all_files() ==
        std::vector<std::string>{"album/_con.txt", "album/a", "album/b/x", "album/c_", "album/zz"});
  CHECK(bytes_in(f.got("album/c_")) == noise(3, 3));
}

TEST_CASE("a folder waits for room on the disk, and goes on when there is") {
  Fetching f;
  f.share_many(10, 100);
  f.options.limits.min_free_space = 1ULL << 60;
  f.open();
  const auto id = f.fetch();
  CHECK(f.when_waiting(id).why.find("make room") != std::string::npos);
  CHECK(f.all_files().empty());
  f.queue->set_limits({});
  CHECK(f.when_done(id).folder->done == 10);
}

TEST_CASE("files stand where folders should be: these stay out, and the rest comes") {
  Fetching f;
  f.share("music/album/sub/a", noise(10, 1));
  f.share("music/album/sub/large", noise(2 * kMiB, 2));
  f.share("music/album/b", noise(10, 3));
  std::filesystem::create_directories(f.got("album"));
  std::ofstream(f.got("album/sub")) << "a file";
  f.open();
  const auto status = f.when_failed(f.fetch());
  CHECK(status.folder->done == 1);
  CHECK(status.folder->failed == 2);
  CHECK(bytes_in(f.got("album/sub")) == "a file");
}

TEST_CASE("a file stands where the folder should be: it waits with the reason") {
  Fetching f;
  f.share_many(2, 10);
  std::filesystem::create_directories(f.options.folders.base);
  std::ofstream(f.got("album")) << "a file";
  f.open();
  const auto id = f.fetch();
  CHECK(f.when_waiting(id).why.find("album") != std::string::npos);
  std::filesystem::remove(f.got("album"));
  CHECK(f.when_done(id).folder->done == 2);
}

TEST_CASE("links stand where folders should be: nothing goes where they lead") {
  Fetching f;
  f.share("music/album/sub/a", noise(10, 1));
  f.share("music/album/sub/large", noise(2 * kMiB, 2));
  f.share("music/album/b", noise(10, 3));
  const auto other = f.folder / "other";
  std::filesystem::create_directories(other);
  f.open();
  SECTION("below it") {
    std::filesystem::create_directories(f.got("album"));
    std::filesystem::create_directory_symlink(other, f.got("album/sub"));
    const auto status = f.when_failed(f.fetch());
    CHECK(status.folder->done == 1);
    CHECK(status.folder->failed == 2);
  }
  SECTION("under its own name") {
    std::filesystem::create_directories(f.options.folders.base);
    std::filesystem::create_directory_symlink(other, f.got("album"));
    CHECK(f.when_waiting(f.fetch()).why.find("is not followed") != std::string::npos);
  }
  CHECK(std::filesystem::is_empty(other));
}

TEST_CASE("a large file of a folder goes on where it was after a restart") {
  Fetching f;
  const auto bytes = noise(6 * kMiB, 9);
  const auto content = f.share("music/album/large", bytes);
  FakeSource source(bytes);
  source.hold_at(3 * kMiB + kMiB / 2);
  f.shelf.also_has(content, source.source(8));
  f.peer.answers_all(Answer::missing);
  f.open();
  f.watched = {&source};
  const auto id = f.fetch();
  f.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
  f.queue.reset();
  CHECK(f.all_files().size() == 1);
  f.open();
  CHECK(f.queue->list({})->items.size() == 1);  // its row is not listed
  source.release();
  CHECK(f.when_done(id).folder->done == 1);
  CHECK(bytes_in(f.got("album/large")) == bytes);
  CHECK(source.served() < 6 * kMiB + 2 * kMiB);
  CHECK(f.all_files() == std::vector<std::string>{"album/large"});
}

TEST_CASE("what came and was not recorded is not fetched again") {
  Fetching f;
  f.share_many(30, 100);
  f.open();
  const auto id = f.fetch();
  f.when_done(id);
  // As if the host had died between the names and the record.
  f.queue.reset();
  {
    sqlite::Database database(f.options.database);
    database.execute("UPDATE downloads SET state = 'queued'");
    database.execute(
        "UPDATE folders SET cursor = '', listed = 0, files = 0, bytes = 0, done = 0, "
        "done_bytes = 0");
  }
  const auto asked = f.peer.requests();
  f.open();
  const auto status = f.when(id, [](const auto& now) {
    return now.state == DownloadState::done && now.folder->done == 30;
  });
  CHECK(status.folder->files == 30);
  CHECK(f.peer.requests() == asked);
}

TEST_CASE("what is in the folder changes while it waits: what is gone fails with its reason") {
  Fetching f;
  const auto contents = f.share_many(3, 100);
  f.shelf.is_present(false);
  f.open();
  const auto id = f.fetch();
  f.when_waiting(id);
  f.peer.answers(contents[1], Answer::missing);
  f.shelf.is_present(true);
  const auto status = f.when_failed(id);
  CHECK(status.folder->done == 2);
  CHECK(status.why.starts_with("1 of 3 files were not fetched: 00001.flac: "));
}

}  // namespace swapmeet::transfer_swarm
