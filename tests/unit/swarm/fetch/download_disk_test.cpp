// Full disks and files in the way.
#include <sys/resource.h>

#include <csignal>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/fetch/partial_file.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

// Files may not be larger, until the end of the scope.
class LargestFile {
 public:
  explicit LargestFile(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~LargestFile() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a download waits for room on the disk, and goes on when there is") {
  Downloading d;
  const FakeSource source(noise(3 * kMiB));
  d.options.limits.min_free_space = 1ULL << 60;
  d.options.patience.retry.longest = std::chrono::hours(1);
  d.options.patience.retry.first = std::chrono::hours(1);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  const auto status = d.when_waiting(id);
  CHECK(status.why.find("make room") != std::string::npos);
  CHECK(d.files().empty());
  d.latest = d.clock.steady() + std::chrono::minutes(59);
  d.watched = {&source};
  d.queue->set_limits({});
  CHECK(bytes_in(d.when_done(id).path) == noise(3 * kMiB));
}

TEST_CASE("a file that may not grow so large leaves nothing half-named") {
  Downloading d;
  const FakeSource source(noise(3 * kMiB));
  d.open();
  std::string id;
  {
    const LargestFile limit(2 * kMiB);
    id = d.start(request_for(source.content(), "a", {source.source(1)}));
    CHECK(d.when_waiting(id).why.find("may not be as large") != std::string::npos);
    CHECK(d.files().empty());
  }
  CHECK(bytes_in(d.when_done(id).path) == noise(3 * kMiB));
}

TEST_CASE("a write that fails in the middle loses nothing that was proven") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(3 * kMiB + kMiB / 2);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  std::uint64_t before = 0;
  {
    d.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
    const LargestFile limit(2 * kMiB);
    source.release();
    const auto status = d.when_waiting(id);
    CHECK(status.why.find("may not be as large") != std::string::npos);
    CHECK(d.files().size() == 1);
    CHECK(d.files().at(0).ends_with(".swapmeet-part"));
    before = status.done;
    CHECK(before >= 2 * kMiB);
  }
  const auto status = d.when_done(id);
  REQUIRE(status.state == DownloadState::done);
  CHECK(status.done == 6 * kMiB);
  CHECK(bytes_in(status.path) == noise(6 * kMiB));
  CHECK(source.layers() == 1);
}

TEST_CASE("a partial file is reserved, and renamed without replacing what is there") {
  Downloading d;
  const auto path = d.folder / "x.swapmeet-part";
  auto partial = PartialFile::open(path, d.folder, 3 * kMiB, 0, false);
  REQUIRE(partial.ok());
  CHECK(PartialFile::is_whole(path, 3 * kMiB));
  CHECK_FALSE(PartialFile::is_whole(path, 4 * kMiB));
  REQUIRE(partial->write(0, "abc", 3).ok());
  REQUIRE(partial->sync().ok());
  std::ofstream(d.folder / "taken") << "mine";
  const auto taken = partial->rename_to("taken", false);
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.error().code == ErrorCode::already_exists);
  CHECK(bytes_in(d.folder / "taken") == "mine");
  REQUIRE(partial->rename_to("free", false).ok());
  CHECK(bytes_in(d.folder / "free").substr(0, 3) == "abc");
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("what was planted under a partial file's name is never written through") {
  Downloading d;
  const auto path = d.folder / "x.swapmeet-part";
  const auto mine = d.folder / "mine";
  std::ofstream(mine) << "precious";
  const auto open = [&](bool resumed) {
    auto partial = PartialFile::open(path, d.folder, 8, 0, resumed);
    if (partial) REQUIRE(partial->write(0, "stranger", 8).ok());
    return partial ? "" : partial.error().message;
  };
  SECTION("a link") {
    std::filesystem::create_symlink(mine, path);
    CHECK_FALSE(open(true).empty());
    CHECK(open(false).empty());
  }
  SECTION("a hard link") {
    std::filesystem::create_hard_link(mine, path);
    CHECK(open(true).find("has another name, too (a hard link)") != std::string::npos);
    CHECK(open(false).empty());
  }
  CHECK(bytes_in(mine) == "precious");
  CHECK(bytes_in(path) == "stranger");
}

TEST_CASE("a file that took the place of the partial one does not get its name") {
  Downloading d;
  const auto path = d.folder / "x.swapmeet-part";
  auto partial = PartialFile::open(path, d.folder, 8, 0, false);
  REQUIRE(partial.ok());
  std::filesystem::remove(path);
  std::ofstream(path) << "stranger";
  const auto named = partial->rename_to("a", false);
  REQUIRE_FALSE(named.ok());
  CHECK(named.error().message.find("was replaced by another file") != std::string::npos);
}

TEST_CASE("a folder that became a link while the download was paused is not followed") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(3 * kMiB + kMiB / 2);
  d.open();
  auto request = request_for(source.content(), "a", {source.source(1)});
  request.folder = "films";
  const auto id = d.start(request);
  d.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
  REQUIRE(d.queue->pause(id).ok());
  source.release();
  d.queue->stop();
  const auto films = d.options.folders.base / "films";
  const auto away = d.folder / "away";
  const auto other = d.folder / "other";
  std::filesystem::rename(films, away);
  std::filesystem::create_directories(other);
  std::filesystem::create_directory_symlink(other, films);
  d.open();
  REQUIRE(d.queue->resume(id).ok());
  const auto status = d.when_waiting(id);
  CHECK(status.why.find("leads to " + other.string() + " now") != std::string::npos);
  CHECK(status.done >= 2 * kMiB);
  CHECK(std::filesystem::is_empty(other));
  std::filesystem::remove(films);
  std::filesystem::rename(away, films);
  CHECK(bytes_in(d.when_done(id).path) == noise(6 * kMiB));
}

TEST_CASE("a host that died between the rename and saying so finds its file") {
  Downloading d;
  FakeSource source(noise(kMiB));
  d.open();
  auto request = request_for(source.content(), "a", {source.source(1)});
  request.overwrite = GENERATE(false, true);
  const auto id = d.start(request);
  d.when_done(id);
  d.queue->stop();
  {
    sqlite::Database database(d.options.database);
    database.execute("UPDATE downloads SET state = 'running', finished = 0");
  }
  const auto served = source.served();
  d.open();
  CHECK(d.when_done(id).state == DownloadState::done);
  CHECK(source.served() == served);
  CHECK(d.files() == std::vector<std::string>{"a"});
}

TEST_CASE("a stop does not wait until a large file has been looked through") {
  Downloading d;
  FakeSource source(noise(kMiB));
  source.misbehave(Fault::busy);
  d.open();
  auto request = request_for(source.content(), "a", {source.source(1)});
  request.overwrite = true;
  const auto id = d.start(request);
  d.when_waiting(id);
  d.queue->stop();
  const auto target = d.options.folders.base / "a";
  constexpr std::uint64_t kHole = 1ULL << 40;  // reading it takes minutes
  std::filesystem::create_directories(d.options.folders.base);
  std::ofstream(target).close();
  std::filesystem::resize_file(target, kHole);
  sqlite::Database(d.options.database)
      .execute("UPDATE downloads SET size = " + std::to_string(kHole) + ", target = '" +
               target.string() + "'");
  d.open();
  d.when(id, [](const auto& status) { return status.state == DownloadState::running; });
  d.queue->stop();
  CHECK(d.files() == std::vector<std::string>{"a"});
}

}  // namespace swapmeet::transfer_swarm
