// A file that was fetched once and is asked for again counts only while it is what was fetched. And
// what is asked of all downloads at once.
#include "swapmeet/sqlite/database.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

struct Fetched : Downloading {
  Fetched() {
    open();
    id = start(request);
    const auto status = when_done(id);
    REQUIRE(status.state == DownloadState::done);
    path = status.path;
    served = source.served();
  }
  // The same once more: where it is now.
  DownloadStatus again() {
    CHECK(start(request) == id);
    return when_done(id);
  }
  bool fetched_again() const { return source.served() > served; }

  const std::string bytes = noise(2 * kMiB + 5);
  FakeSource source{bytes};
  DownloadRequest request = request_for(source.content(), "a.bin", {source.source(1)});
  std::string id;
  std::filesystem::path path;
  std::uint64_t served = 0;
};

}  // namespace

TEST_CASE("a file that is still as it was fetched is not fetched again, after a restart neither") {
  Fetched f;
  CHECK(f.again().path == f.path);
  f.open();
  CHECK(f.queue->start(f.request)->state == DownloadState::done);  // at once
  CHECK_FALSE(f.fetched_again());
}

TEST_CASE("a file that was touched, and has its bytes still, is read and not fetched again") {
  Fetched f;
  std::filesystem::last_write_time(
      f.path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(5));
  CHECK(f.again().path == f.path);
  CHECK_FALSE(f.fetched_again());
  CHECK(f.files() == std::vector<std::string>{"a.bin"});
  CHECK(f.queue->start(f.request)->state == DownloadState::done);  // and now it is known again
}

TEST_CASE("a file that is not what was fetched any more is fetched beside it") {
  Fetched f;
  SECTION("it was cut") { std::filesystem::resize_file(f.path, 0); }
  SECTION("four of its bytes are others") {
    std::fstream(f.path, std::ios::in | std::ios::out | std::ios::binary) << "four";
  }
  SECTION("it is another") { std::ofstream(f.path) << "other"; }
  SECTION("it is a folder") {
    std::filesystem::remove(f.path);
    std::filesystem::create_directory(f.path);
  }
  const auto status = f.again();
  CHECK(status.path == (f.options.folders.base / "a (2).bin").string());
  CHECK(bytes_in(status.path) == f.bytes);
  CHECK(bytes_in(f.path) != f.bytes);
  CHECK(status.done == f.bytes.size());
  f.served = f.source.served();
  CHECK(f.again().path == status.path);
  CHECK_FALSE(f.fetched_again());
}

TEST_CASE("a damaged file is replaced when the person says so") {
  Fetched f;
  std::fstream(f.path, std::ios::in | std::ios::out | std::ios::binary) << "four";
  f.request.overwrite = true;
  CHECK(f.again().path == f.path);
  CHECK(bytes_in(f.path) == f.bytes);
  CHECK(f.files() == std::vector<std::string>{"a.bin"});
}

TEST_CASE("a file that was deleted is fetched again, as the same download") {
  Fetched f;
  std::filesystem::remove(f.path);
  CHECK(f.again().path == f.path);
  CHECK(bytes_in(f.path) == f.bytes);
  CHECK(f.queue->list({})->items.size() == 1);
}

TEST_CASE("an earlier version noted nothing of a file: it is read once") {
  Fetched f;
  f.queue.reset();
  sqlite::Database(f.options.database).execute("UPDATE downloads SET mark = ''");
  f.open();
  CHECK(f.again().path == f.path);
  CHECK_FALSE(f.fetched_again());
}

TEST_CASE("all downloads are paused, go on and are cancelled at once; what is done stays") {
  Downloading d;
  FakeSource source(noise(6 * kMiB)), small(noise(10));
  source.hold_at(0);
  d.options.limits.max_downloads = 2;
  d.open();
  const auto done = d.start(request_for(small.content(), "small", {small.source(1)}));
  d.when_done(done);
  std::vector<std::string> ids;
  for (const auto* name : {"a", "b", "c"})
    ids.push_back(d.start(request_for(source.content(), name, {source.source(1)})));
  d.when(ids[0], [](const auto& one) { return one.state == DownloadState::running; });
  CHECK(d.queue->change_all(DownloadChange::pause).value_or(0) == 3);
  CHECK(d.queue->change_all(DownloadChange::pause).value_or(9) == 0);
  CHECK(d.queue->list({})->counts == DownloadCounts{.paused = 3, .done = 1});
  d.open();
  CHECK(d.queue->list({})->counts.paused == 3);
  CHECK(d.queue->change_all(DownloadChange::resume).value_or(0) == 3);
  const auto line = d.queue->list({.by_turn = true});
  REQUIRE(line->items.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK(line->items[i].id == ids[i]);
  d.when(ids[0], [](const auto& one) { return one.state == DownloadState::running; });
  CHECK(d.queue->change_all(DownloadChange::cancel).value_or(0) == 3);
  CHECK(d.files() == std::vector<std::string>{"small"});
  CHECK(d.queue->change_all(DownloadChange::clear).value_or(0) == 1);
  CHECK(d.files() == std::vector<std::string>{"small"});
  d.open();
  CHECK(d.queue->list({})->items.empty());
}

TEST_CASE("when the database takes no change, all downloads stay as they are") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(0);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  d.when(id, [](const auto& one) { return one.state == DownloadState::running; });
  sqlite::Database(d.options.database)
      .execute(
          "CREATE TRIGGER broken BEFORE INSERT ON downloads BEGIN SELECT RAISE(ABORT, "
          "'broken'); END");
  CHECK_FALSE(d.queue->change_all(DownloadChange::pause).ok());
  CHECK(d.queue->get(id)->state == DownloadState::running);
}

}  // namespace swapmeet::transfer_swarm
