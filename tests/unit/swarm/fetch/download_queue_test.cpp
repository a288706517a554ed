// What a person does with downloads when nothing is in the way.
#include <algorithm>

#include "swapmeet/sqlite/database.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

// Where a source that is held there leaves a download with two pieces at least, and one unproven.
constexpr std::uint64_t kHalfway = 3 * kMiB + kMiB / 2;

bool runs_halfway(const DownloadStatus& status) {
  return status.state == DownloadState::running && status.done >= 2 * kMiB;
}

}  // namespace

TEST_CASE("a download comes from several sources, and gets a safe name of its own") {
  Downloading d;
  const auto file = noise(9 * kMiB + 12345);
  FakeSource one(file), two(file);
  for (auto* source : {&one, &two}) source->hold_at(4 * kMiB);
  d.open();
  const auto request =
      request_for(one.content(), "../../evil/a.bin", {one.source(1), two.source(2)});
  const auto id = d.start(request);
  d.when(id, [&](const auto&) { return one.served() > 0 && two.served() > 0; });
  for (auto* source : {&one, &two}) source->release();
  const auto status = d.when_done(id);
  INFO(status.why);
  REQUIRE(status.state == DownloadState::done);
  CHECK(status.path == (d.options.folders.base / "a.bin").string());
  CHECK(bytes_in(status.path) == file);
  CHECK(status.finished);
  CHECK(one.served() > 0);
  CHECK(two.served() > 0);
  CHECK(d.files() == std::vector<std::string>{"a.bin"});
  CHECK(d.queue->start(request)->id == id);

  std::ofstream(d.options.folders.base / "b.bin") << "mine";
  auto other = request_for(one.content(), "b.bin", request.sources);
  CHECK(d.when_done(d.start(other)).path == (d.options.folders.base / "b (2).bin").string());
  CHECK(bytes_in(d.options.folders.base / "b.bin") == "mine");
  other.name = "c.bin";
  other.overwrite = true;
  std::ofstream(d.options.folders.base / "c.bin") << "not wanted";
  CHECK(bytes_in(d.when_done(d.start(other)).path) == file);
  CHECK(d.files().size() == 4);
}

TEST_CASE("empty files, tiny ones and those of exactly some pieces are downloads like others") {
  Downloading d;
  d.open();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{16384}, kMiB - 1, kMiB, kMiB + 1, 3 * kMiB}) {
    CAPTURE(size);
    FakeSource source(noise(size));
    const auto status = d.when_done(
        d.start(request_for(source.content(), std::to_string(size), {source.source(1)})));
    INFO(status.why);
    REQUIRE(status.state == DownloadState::done);
    CHECK(status.size == size);
    CHECK(bytes_in(status.path) == noise(size));
    const std::size_t last_leaf = size > 2 * kMiB ? kLeafSize : 0;  // that proves the size
    CHECK(source.served() == size + last_leaf);
  }
}

TEST_CASE("what was proven is neither fetched nor hashed again after a restart") {
  Downloading d;
  FakeSource source(noise(6 * kMiB + 5));
  source.hold_at(kHalfway);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  CHECK(d.when(id, runs_halfway).done >= 2 * kMiB);
  d.queue->stop();
  const auto kept = d.queue->get(id)->done;
  REQUIRE(source.wait_until_left());
  const auto served_before = source.served();
  CHECK(kept >= 2 * kMiB);
  d.open();
  CHECK(d.queue->get(id)->done == kept);
  source.release();
  const auto status = d.when_done(id);
  REQUIRE(status.state == DownloadState::done);
  CHECK(source.served() - served_before == 6 * kMiB + 5 - kept);
  CHECK(source.layers() == 1);
  CHECK(bytes_in(status.path) == noise(6 * kMiB + 5));
}

TEST_CASE("a partial file that was cut or deleted is fetched again") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(kHalfway);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  d.when(id, runs_halfway);
  d.queue->stop();
  const auto partial = d.options.folders.base / d.files().at(0);
  SECTION("cut") { std::filesystem::resize_file(partial, 10); }
  SECTION("deleted") { std::filesystem::remove(partial); }
  source.release();
  d.open();
  CHECK(bytes_in(d.when_done(id).path) == noise(6 * kMiB));
}

TEST_CASE("downloads are paused, go on where they were, and are cancelled without a rest") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(kHalfway);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  const auto halfway =
      d.when(id, [](const auto& status) { return runs_halfway(status) && status.rate > 0; });
  CHECK(halfway.rate > 0);
  CHECK(d.queue->pause(id)->state == DownloadState::paused);
  const auto paused = d.when(id, [](const auto& status) { return status.rate == 0; });
  CHECK(paused.state == DownloadState::paused);
  CHECK(paused.why == "paused");
  CHECK(paused.done >= 2 * kMiB);
  CHECK(d.files().size() == 1);
  d.open();  // a restart changes nothing
  CHECK(d.queue->get(id)->state == DownloadState::paused);
  CHECK(d.queue->get(id)->done == paused.done);

  SECTION("resume") {
    REQUIRE(source.wait_until_left());
    const auto before = source.served();
    source.release();
    CHECK(d.queue->resume(id)->state == DownloadState::queued);
    CHECK(bytes_in(d.when_done(id).path) == noise(6 * kMiB));
    CHECK(source.served() - before == 6 * kMiB - paused.done);
    CHECK(d.queue->pause(id)->state == DownloadState::done);
  }
  SECTION("cancel") {
    REQUIRE(d.queue->cancel(id).ok());
    CHECK(d.queue->cancel(id).error().code == ErrorCode::not_found);
    CHECK(d.queue->get(id).error().code == ErrorCode::not_found);
    CHECK(d.queue->resume(id).error().code == ErrorCode::not_found);
    CHECK(d.files().empty());
    d.open();
    CHECK(d.queue->list({})->items.empty());
  }
  SECTION("cancel while it runs") {
    REQUIRE(d.queue->resume(id).ok());
    d.when(id, [](const auto& status) { return status.state == DownloadState::running; });
    REQUIRE(d.queue->cancel(id).ok());
    CHECK(d.files().empty());
  }
}

TEST_CASE("asking again for what is paused goes on with it") {
  Downloading d;
  FakeSource source(noise(kMiB)), beside(noise(kMiB));
  source.misbehave(Fault::busy);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  d.when_waiting(id);
  REQUIRE(d.queue->pause(id).ok());
  CHECK(d.start(request_for(source.content(), "a", {beside.source(2)})) == id);
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("sources that are named while a download runs are used at once, and kept") {
  Downloading d;
  const auto file = noise(8 * kMiB);
  FakeSource slow(file), more(file);
  slow.hold_at(kMiB + kMiB / 2);
  more.hold_at(4 * kMiB);
  d.open();
  const auto id = d.start(request_for(slow.content(), "a", {slow.source(1)}));
  d.when(id, [](const auto& status) { return status.done > 0; });
  CHECK(d.start(request_for(slow.content(), "a", {more.source(2)})) == id);
  const auto comes_from_more = [&](const DownloadStatus& status) {
    return std::any_of(status.sources.begin(), status.sources.end(), [&](const auto& source) {
      return source.url == more.url() && source.bytes > 0;
    });
  };
  const auto status = d.when(id, comes_from_more);
  CHECK(status.state == DownloadState::running);
  CHECK(comes_from_more(status));

  slow.misbehave(Fault::busy);
  more.release();
  d.open();
  const auto again = d.when(id, comes_from_more);
  CHECK(comes_from_more(again));
  CHECK(bytes_in(d.when_done(id).path) == file);
}

TEST_CASE("sources that come while a download gives up are tried at once") {
  Downloading d;
  FakeSource busy(noise(kMiB)), good(noise(kMiB));
  busy.misbehave(Fault::busy);
  d.options.patience.retry.first = std::chrono::hours(1);
  d.options.patience.retry.longest = std::chrono::hours(1);
  d.open();
  const auto id = d.start(request_for(busy.content(), "a", {busy.source(1)}));
  d.latest = d.clock.steady() + std::chrono::minutes(59);
  d.watched = {&busy, &good};
  d.when(id, [&](const auto&) { return busy.requests() > 0; });
  CHECK(d.start(request_for(busy.content(), "a", {good.source(2)})) == id);
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("a folder is below the download folder, or one of the others by its whole path") {
  Downloading d;
  const FakeSource source(noise(10));
  d.options.folders.others = {d.folder / "else"};
  d.open();
  auto request = request_for(source.content(), "a", {source.source(1)});
  for (const auto* folder : {"..", "x/../../y", "x/.."}) {
    request.folder = folder;
    const auto refused = d.queue->start(request);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find("..") != std::string::npos);
  }
  request.folder = "new/one/";
  CHECK(d.when_done(d.start(request)).path == (d.options.folders.base / "new/one/a").string());
  request.folder = (d.folder / "else").string();
  CHECK(d.when_done(d.start(request)).path == (d.folder / "else/a").string());
}

TEST_CASE("two thousand downloads are listed, newest first, and all get their turn") {
  Downloading d;
  const FakeSource source(noise(100));
  d.options.limits.max_downloads = 8;
  d.open();
  const auto last = d.start(request_for(source.content(), "last", {source.source(1)}));
  d.when_done(last);
  d.queue.reset();
  {
    sqlite::Database database(d.options.database);
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO downloads (seq, id, content, name, folder, overwrite, size, state, why, "
        "target, "
        "started, finished, proven, sources, liars, asked_for, offers) SELECT i, printf('%032x', "
        "i), zeroblob(32), 'name', '/nowhere', 0, "
        "-1, 'queued', '', '', 0, 0, x'', '', '', 1, '' FROM n;"
        "UPDATE downloads SET seq = 2001, state = 'queued', name = 'again' WHERE seq = 1");
  }
  d.open();
  const auto page = d.queue->list({.page = {1000, ""}});
  REQUIRE(page->items.size() == 1000);
  CHECK(page->items.front().id == last);
  const auto rest = d.queue->list({.page = {1000, page->next}});
  REQUIRE(rest->items.size() == 1000);
  CHECK(rest->items.back().id == std::string(31, '0') + "2");
  CHECK(rest->next.empty());
  CHECK(d.when_done(last).state == DownloadState::done);
}

TEST_CASE("what a source gave before a restart is remembered with what it gives after it") {
  Downloading d;
  FakeSource source(noise(6 * kMiB));
  source.hold_at(kHalfway);
  auto received = std::make_shared<std::atomic<std::uint64_t>>(0);
  d.options.received = [received](std::uint64_t bytes) { *received += bytes; };
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  d.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
  d.queue.reset();
  CHECK(source.wait_until_left());
  source.release();
  d.open();
  const auto status = d.when_done(id);
  REQUIRE(status.sources.size() == 1);
  CHECK(status.sources[0].bytes == *received);
  CHECK(*received >= 6 * kMiB);
  d.open();
  CHECK(d.queue->get(id)->sources.at(0).bytes == *received);
}

TEST_CASE("other limits count at once") {
  Downloading d;
  FakeSource source(noise(4 * kMiB));
  source.hold_at(0);
  d.options.limits.max_downloads = 1;
  d.open();
  const auto first = d.start(request_for(source.content(), "1", {source.source(1)}));
  const auto second = d.start(request_for(source.content(), "2", {source.source(1)}));
  const auto runs = [](const auto& status) { return status.state == DownloadState::running; };
  d.when(first, runs);
  CHECK(d.queue->get(second)->state == DownloadState::queued);
  d.queue->set_limits({.max_downloads = 2, .max_sources = 6, .min_free_space = 0});
  CHECK(d.when(second, runs).state == DownloadState::running);
}

TEST_CASE("what happens to downloads is published") {
  Downloading d;
  const FakeSource source(noise(10));
  d.open();
  d.when_done(d.start(request_for(source.content(), "a", {source.source(1)})));
  std::vector<std::string> told;
  const std::lock_guard lock(d.mutex);
  for (const auto& event : d.events)
    if (const auto* state = event.find<std::string>("state"); !state || *state != "running")
      told.push_back(state ? event.topic + ' ' + *state : event.topic);
  CHECK(told == std::vector<std::string>{"download queued", "download.began", "download done",
                                         "download.ended"});
  CHECK(d.events.back().text("name") == "a");
  CHECK(d.events.back().number("done") == 10);
}

TEST_CASE("that a download failed is told with the reason, that somebody paused it is not") {
  Downloading d;
  FakeSource source(noise(kMiB));
  const auto told = [&](const std::string& topic) {
    const std::lock_guard lock(d.mutex);
    std::vector<Event> found;
    for (const auto& event : d.events)
      if (event.topic == topic) found.push_back(event);
    return found;
  };
  SECTION("nobody has it") {
    d.open();
    const auto gone = Source{{}, "gone", "http://127.0.0.1:1/content/x", kMiB};
    d.latest = d.clock.steady();
    d.when_waiting(d.start(request_for(source.content(), "a", {gone})));
    const auto failed = told("download.failed");
    REQUIRE_FALSE(failed.empty());
    CHECK(failed[0].text("state") == "waiting");
    CHECK_FALSE(failed[0].text("why").empty());
  }
  SECTION("it is paused") {
    source.hold_at(0);
    d.open();
    const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
    d.when(id, [](const auto& status) { return status.state == DownloadState::running; });
    REQUIRE(d.queue->pause(id).ok());
    d.queue.reset();
    CHECK(told("download.began").size() == 1);
    CHECK(told("download.failed").empty());
  }
  CHECK(told("download.ended").empty());
}

TEST_CASE("what only this host shares is not waited for: it is said where it is") {
  Downloading d;
  FakeRegistry registry;
  const FakeSource source(noise(5));
  auto own = source.source(1);
  own.peer = d.options.self;
  ContentRecord record{source.content(), 5, {"a.bin"}, {own}, ""};
  std::string place = "/music/a.bin";
  d.options.registry = &registry;
  d.options.own.file = [&](const ContentId&) { return place; };
  d.open();
  const auto request = request_for(source.content(), "", {});
  registry.knows(record);
  const auto refused = d.queue->start(request);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::already_exists);
  CHECK(refused.error().message ==
        "a.bin is in a share of this host itself, as /music/a.bin, and nobody else has it");
  CHECK(d.queue->list({})->items.empty());

  SECTION("somebody else has it too") {
    record.sources.push_back(source.source(2));
    registry.knows(record);
    CHECK(d.when_done(d.start(request)).state == DownloadState::done);
  }
  SECTION("the request names who has it") {
    CHECK(d.when_done(d.start(request_for(source.content(), "", {source.source(2)}))).done == 5);
  }
  SECTION("it was fetched before, and is shared since") {
    record.sources = {source.source(2)};
    registry.knows(record);
    const auto id = d.start(request);
    d.when_done(id);
    record.sources = {own};
    registry.knows(record);
    CHECK(d.start(request) == id);
  }
  SECTION("it is not there any more") {
    place.clear();
    d.when_waiting(d.start(request));
  }
}

}  // namespace swapmeet::transfer_swarm
