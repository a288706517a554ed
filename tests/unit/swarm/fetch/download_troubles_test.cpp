// Sources that misbehave, indexes that go away: a download ends well as long as one source is good,
// and says why when none is.
#include <algorithm>
#include <limits>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/pieces/piece_map.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

const DownloadSource& source_at(const DownloadStatus& status, const std::string& url) {
  for (const auto& source : status.sources)
    if (source.url == url) return source;
  FAIL("the source is not listed: " + url);
  return status.sources.front();
}

ContentRecord record_of(const FakeSource& content, std::vector<Source> sources) {
  ContentRecord record;
  record.content = content.content();
  record.size = 3 * kMiB;
  record.names = {"name.bin"};
  record.sources = std::move(sources);
  return record;
}

}  // namespace

TEST_CASE("a download ends well beside a source that misbehaves") {
  const auto fault = GENERATE(
      Fault::stalls, Fault::silent, Fault::trickles, Fault::wrong_bytes, Fault::wrong_layer,
      Fault::too_few, Fault::too_many, Fault::wrong_range, Fault::wrong_size, Fault::huge_size,
      Fault::whole_file, Fault::busy, Fault::full, Fault::endless_head, Fault::endless_continue,
      Fault::closes_after, Fault::closes_midway, Fault::not_http);
  CAPTURE(static_cast<int>(fault));
  Downloading d;
  FakeSource bad(noise(5 * kMiB + 77)), good(noise(5 * kMiB + 77));
  bad.misbehave(fault);
  good.hold_at(0);
  d.options.patience.stall_after = std::chrono::seconds(5);
  d.watched = {&bad, &good};
  d.open();
  const auto id = d.start(request_for(good.content(), "a", {bad.source(1), good.source(2)}));
  d.when(id, [&](const auto&) { return bad.asked() > 0; });
  good.release();
  const auto status = d.when_done(id);
  INFO(status.why);
  REQUIRE(status.state == DownloadState::done);
  CHECK(bytes_in(status.path) == noise(5 * kMiB + 77));
  if (fault == Fault::wrong_bytes) CHECK(bad.doubted() > 0);  // it looks at its file then
  CHECK(good.doubted() == 0);
}

TEST_CASE("who is told to wait in a queue says where and at which place, and asks when told") {
  Downloading d;
  d.options.patience.retry.first = d.options.patience.retry.longest = std::chrono::hours(1);
  FakeSource source(noise(3 * kMiB));
  source.misbehave(Fault::full);
  d.open();
  // It is told a second, and would wait an hour by itself.
  d.latest = d.clock.steady() + std::chrono::minutes(59);
  d.watched = {&source};
  auto ann = source.source(1);
  ann.name = "ann";
  const auto id = d.start(request_for(source.content(), "a", {ann}));
  const auto waiting = d.when_waiting(id);
  CHECK(waiting.why == "waits at ann, place 3 in the queue");
  CHECK(waiting.next_try.has_value());
  CHECK(source_at(waiting, source.url()).state == "waits: place 3 in the queue");
  source.misbehave(Fault::none);
  d.latest = d.clock.steady() + std::chrono::seconds(5);
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("liars are dropped, remembered across restarts, and named when nobody else is there") {
  const auto [fault, why] =
      GENERATE(table<Fault, std::string>({{Fault::wrong_bytes, "wrong bytes"},
                                          {Fault::wrong_layer, "Merkle layer"},
                                          {Fault::wrong_range, "another range"},
                                          {Fault::too_few, "wrong length"}}));
  Downloading d;
  FakeSource liar(noise(3 * kMiB)), good(noise(3 * kMiB));
  liar.misbehave(fault);
  d.open();
  const auto id = d.start(request_for(liar.content(), "a", {liar.source(1)}));
  const auto status = d.when_waiting(id);
  CHECK(status.state == DownloadState::waiting);
  INFO(status.why);
  CHECK(status.why.find("dropped") != std::string::npos);
  CHECK(status.why.find(why) != std::string::npos);
  CHECK(status.why.find("peer 1") != std::string::npos);
  CHECK(status.next_try);
  CHECK(status.done == 0);
  REQUIRE(liar.wait_until_left());  // there may be more on its way than it was heard out
  const auto asked = liar.requests();
  d.open();
  CHECK(d.when_waiting(id).why.find("dropped") != std::string::npos);
  // Also when it comes back at another address.
  const FakeSource moved(noise(3 * kMiB));
  CHECK(d.start(request_for(liar.content(), "a", {moved.source(1)})) == id);
  d.when_waiting(id);
  CHECK(liar.requests() == asked);
  CHECK(moved.requests() == 0);
  CHECK(d.start(request_for(liar.content(), "a", {good.source(2)})) == id);
  CHECK(d.when_done(id).state == DownloadState::done);
  CHECK(liar.requests() == asked);
}

TEST_CASE("a liar in the middle costs only its own pieces") {
  Downloading d;
  FakeSource liar(noise(8 * kMiB)), good(noise(8 * kMiB));
  for (auto* source : {&liar, &good}) {
    source->hold_at(3 * kMiB);
  }
  d.open();
  const auto id = d.start(request_for(good.content(), "a", {liar.source(1), good.source(2)}));
  d.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
  liar.misbehave(Fault::wrong_bytes);
  for (auto* source : {&liar, &good}) source->release();
  const auto status = d.when_done(id);
  REQUIRE(status.state == DownloadState::done);
  CHECK(bytes_in(status.path) == noise(8 * kMiB));
  CHECK(source_at(status, good.url()).bytes + source_at(status, liar.url()).bytes == 8 * kMiB);
}

TEST_CASE("busy sources are tried again, later each time") {
  Downloading d;
  FakeSource source(noise(kMiB));
  source.misbehave(Fault::busy);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  const auto status = d.when_waiting(id);
  CHECK(status.why.find("503") != std::string::npos);
  REQUIRE(status.next_try);
  CHECK(*status.next_try > status.started);
  d.when(id, [&](const auto&) { return source.requests() >= 3; });
  source.misbehave(Fault::none);
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("a source that appears while a download runs is used") {
  Downloading d;
  FakeSource first(noise(3 * kMiB)), later(noise(3 * kMiB));
  first.hold_at(kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(first, {first.source(1)}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(first.content(), "", {}));
  const auto running = d.when(id, [](const auto& status) { return status.done >= kMiB; });
  CHECK(running.name == "name.bin");
  registry.knows(record_of(first, {first.source(1), later.source(2)}));
  d.when(id, [&](const auto&) { return later.served() > 0; });
  first.release();
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(later.served() > 0);
}

TEST_CASE("a download goes on with the sources that it has when the index goes") {
  Downloading d;
  FakeSource source(noise(3 * kMiB));
  source.hold_at(kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(source, {source.source(1)}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  d.when(id, [](const auto& status) { return status.done >= kMiB; });
  registry.goes();
  const auto asked = registry.asked();
  d.when(id, [&](const auto&) { return registry.asked() > asked; });
  source.release();
  CHECK(d.when_done(id).state == DownloadState::done);
  CHECK(d.queue->start(request_for(noise(1).empty() ? kEmptyContent : ContentId{}, "x", {}))
            .error()
            .code == ErrorCode::unavailable);
}

TEST_CASE("a clock that is set back or forward does not hold a download up") {
  Downloading d;
  FakeSource source(noise(3 * kMiB));
  source.misbehave(Fault::busy);
  d.open();
  const auto id = d.start(request_for(source.content(), "", {source.source(1)}));
  for (const int hours : {0, 24 * 365, -2 * 24 * 365}) {
    d.clock.set(d.clock.now() + std::chrono::hours(hours));
    const auto before = source.requests();
    const auto status = d.when(id, [&](const auto& now) {
      const auto wait = now.next_try ? *now.next_try - d.clock.now() : std::chrono::hours(9);
      return now.state == DownloadState::waiting && source.requests() > before &&
             std::chrono::abs(wait) < std::chrono::hours(1);
    });
    CAPTURE(hours, status.why);
    CHECK(source.requests() > before);
    REQUIRE(status.next_try);
    CHECK(std::chrono::abs(*status.next_try - d.clock.now()) < std::chrono::hours(1));
  }
  source.misbehave(Fault::none);
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("without a source a download waits and says so, and starts when one appears") {
  Downloading d;
  FakeSource source(noise(3 * kMiB));
  FakeRegistry registry;
  registry.knows(record_of(source, {}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  CHECK(d.when_waiting(id).why == "nobody who has it is present");
  registry.goes();
  CHECK(d.when(id, [](const auto& status) {
           return status.why == "the index cannot be reached";
         }).why == "the index cannot be reached");
  registry.knows(record_of(source, {source.source(1)}));
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("a wrong size from the index or from one source does not stand in the way") {
  Downloading d;
  FakeSource source(noise(3 * kMiB + 10)), odd(noise(3 * kMiB + 10));
  odd.misbehave(Fault::wrong_size);
  FakeRegistry registry;
  registry.knows(record_of(source, {odd.source(2), source.source(1)}));  // says 3 MiB
  d.options.registry = &registry;
  d.open();
  const auto status = d.when_done(d.start(request_for(source.content(), "", {})));
  INFO(status.why);
  CHECK(status.size == 3 * kMiB + 10);
  CHECK(bytes_in(status.path) == noise(3 * kMiB + 10));
}

TEST_CASE("a size that no file has is not believed, whoever says it") {
  const auto size = GENERATE(kMostFileSize + 1, std::uint64_t{1} << 62,
                             std::numeric_limits<std::uint64_t>::max() / 2,
                             std::numeric_limits<std::uint64_t>::max());
  CAPTURE(size);
  Downloading d;
  FakeSource huge(noise(2 * kMiB + 5)), good(noise(2 * kMiB + 5));
  huge.misbehave(Fault::huge_size);
  FakeRegistry registry;
  auto record = record_of(huge, {huge.source(1)});
  record.size = size;
  registry.knows(record);
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(huge.content(), "", {}));
  CHECK(d.when_waiting(id).why.find("it says that its file is huge") != std::string::npos);
  record.sources.push_back(good.source(2));
  registry.knows(record);
  const auto status = d.when_done(id);
  CHECK(status.size == 2 * kMiB + 5);
  CHECK(bytes_in(status.path) == noise(2 * kMiB + 5));
}

TEST_CASE("a size that no file has is not believed from the own database either") {
  Downloading d;
  FakeSource source(noise(2 * kMiB + 5));
  source.misbehave(Fault::busy);
  d.open();
  const auto id = d.start(request_for(source.content(), "a", {source.source(1)}));
  d.when_waiting(id);
  d.queue.reset();
  sqlite::Database(d.options.database).execute("UPDATE downloads SET size = 9223372036854775807");
  source.misbehave(Fault::none);
  d.open();
  CHECK(bytes_in(d.when_done(id).path) == noise(2 * kMiB + 5));
}

TEST_CASE("the index tells the size while the sources are found to lie") {
  Downloading d;
  std::vector<std::unique_ptr<FakeSource>> liars;
  std::vector<Source> sources;
  for (std::uint8_t peer = 1; peer <= 4; ++peer) {
    liars.push_back(std::make_unique<FakeSource>(noise(3 * kMiB + 1)));
    liars.back()->misbehave(Fault::wrong_layer);
    sources.push_back(liars.back()->source(peer));
  }
  const FakeSource good(noise(3 * kMiB + 1));
  FakeRegistry registry;
  d.options.registry = &registry;
  d.options.ask_sources = std::chrono::milliseconds(2);
  d.open();
  const auto id = d.start(request_for(good.content(), "a", {sources[0]}));
  auto record = record_of(good, sources);
  record.size = 3 * kMiB + 1;
  registry.knows(record);
  d.when(id, [](const auto& status) {
    return std::count_if(status.sources.begin(), status.sources.end(), [](const auto& source) {
             return source.state.starts_with("dropped");
           }) == 4;
  });
  record.sources.push_back(good.source(5));
  registry.knows(record);
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(status.size == 3 * kMiB + 1);
}

TEST_CASE("a slow source makes room for one that waits") {
  Downloading d;
  FakeSource slow(noise(4 * kMiB)), fast(noise(4 * kMiB));
  slow.hold_at(kMiB / 2);
  d.options.limits.max_sources = 1;
  d.options.patience.stall_after = std::chrono::seconds(5);
  d.watched = {&slow, &fast};
  d.open();
  const auto id = d.start(request_for(slow.content(), "a", {slow.source(1), fast.source(2)}));
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(source_at(status, fast.url()).bytes >= 3 * kMiB);
}

}  // namespace swapmeet::transfer_swarm
