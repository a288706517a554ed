// Downloads from peers that have only a part yet, and what a download offers to others meanwhile.
#include <atomic>

#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/growing_files.h"
#include "unit/swarm/fetch/download_fixture.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kPieces = 6;

ContentRecord record_of(const FakeSource& file, std::vector<Source> sources) {
  return {file.content(), kPieces * kMiB, {"name.bin"}, std::move(sources), ""};
}

}  // namespace

TEST_CASE("a partial source is asked only for what it has") {
  Downloading d;
  FakeSource whole(noise(kPieces * kMiB)), partial(noise(kPieces * kMiB));
  whole.hold_at(2 * kMiB);
  partial.has_only("\x23");
  FakeRegistry registry;
  registry.knows(record_of(whole, {whole.source(1), partial.source(2)}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(whole.content(), "", {}));
  d.when(id, [&](const auto&) { return partial.served() > 0; });
  whole.release();
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(bytes_in(status.path) == noise(kPieces * kMiB));
  CHECK(partial.refused() == 0);
  CHECK(partial.served() > 0);
  CHECK(whole.served() >= 3 * kMiB);
}

TEST_CASE("a partial source is asked again which pieces it has, until it has all") {
  Downloading d;
  FakeSource partial(noise(kPieces * kMiB));
  partial.has_only("\x01");  // without the last piece nobody knows the exact size
  FakeRegistry registry;
  registry.knows(record_of(partial, {partial.source(2)}));
  d.options.registry = &registry;
  d.options.look_again = std::chrono::milliseconds(20);
  d.open();
  const auto id = d.start(request_for(partial.content(), "", {}));
  CHECK(d.when_waiting(id).why.find("the last piece") != std::string::npos);
  partial.has_only("\x21");
  d.when(id, [](const auto& status) { return status.done == 2 * kMiB; });
  partial.has_only("\x3f");
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(bytes_in(status.path) == noise(kPieces * kMiB));
  CHECK(partial.refused() == 0);
}

TEST_CASE("a partial source is asked which pieces it has while it is busy sending one") {
  Downloading d;
  FakeSource partial(noise(kPieces * kMiB));
  partial.has_only("\x21");
  partial.hold_at(kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(partial, {partial.source(2)}));
  d.options.registry = &registry;
  d.options.look_again = std::chrono::milliseconds(5);
  d.open();
  const auto id = d.start(request_for(partial.content(), "", {}));
  d.when(id, [&](const auto&) { return partial.reports() > 10; });
  CHECK(partial.served() < 2 * kMiB);  // it still sends what it has
  partial.has_only("\x3f");
  partial.release();
  CHECK(d.when_done(id).state == DownloadState::done);
}

TEST_CASE("the last leaf proves the size, and a liar about it does not stand in the way") {
  Downloading d;
  FakeSource liar(noise(kPieces * kMiB + 100'000)), source(noise(kPieces * kMiB + 100'000));
  const auto fault =
      GENERATE(Fault::none, Fault::wrong_layer, Fault::wrong_size, Fault::closes_midway);
  liar.misbehave(fault);
  source.hold_at(0);
  FakeRegistry registry;  // it says that there are 6 MiB
  registry.knows(record_of(source, {liar.source(1), source.source(2)}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  d.when(id, [&](const auto&) { return liar.asked() > 0; });
  source.release();
  const auto status = d.when_done(id);
  CHECK(status.size == kPieces * kMiB + 100'000);
  CHECK(bytes_in(status.path) == noise(kPieces * kMiB + 100'000));
}

TEST_CASE("a download that was stopped before its last piece goes on where it was") {
  Downloading d;
  FakeSource source(noise(kPieces * kMiB));
  source.hold_at(3 * kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(source, {source.source(1)}));
  d.options.registry = &registry;
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  d.when(id, [](const auto& status) { return status.done >= 2 * kMiB; });
  d.queue.reset();
  CHECK(source.wait_until_left());  // before it comes again
  const auto layers = source.layers();
  const auto served = source.served();
  d.open();
  const auto kept = d.queue->get(id)->done;
  CHECK(kept >= kMiB);
  source.release();
  CHECK(d.when_done(id).state == DownloadState::done);
  CHECK(source.layers() == layers);
  CHECK(source.served() - served <= kPieces * kMiB - kept);
  CHECK(bytes_in(d.queue->get(id)->path) == noise(kPieces * kMiB));
}

TEST_CASE("a source that was taken for whole and has only a part is no bad one") {
  Downloading d;
  FakeSource whole(noise(kPieces * kMiB)), partial(noise(kPieces * kMiB));
  auto said_to_be_whole = partial.source(2);
  partial.has_only("\x23");
  whole.hold_at(kMiB + kMiB / 2);
  d.options.look_again = std::chrono::milliseconds(20);
  d.open();
  const auto id = d.start(request_for(whole.content(), "n", {said_to_be_whole, whole.source(1)}));
  d.when(id, [&](const auto&) { return partial.served() > 0; });
  whole.release();
  const auto status = d.when_done(id);
  CHECK(status.state == DownloadState::done);
  CHECK(bytes_in(status.path) == noise(kPieces * kMiB));
  CHECK(partial.served() > 0);
}

TEST_CASE("what a download has proven is offered while it runs, and not after") {
  Downloading d;
  std::atomic<int> begun{0}, ended{0};
  GrowingFiles growing({[&](const std::string&, const GrowingFile&) { ++begun; },
                        [&](const std::string&) { ++ended; }});
  FakeSource source(noise(kPieces * kMiB));
  source.tells_no_leaves();  // so that the last piece comes first
  source.hold_at(2 * kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(source, {source.source(1)}));
  d.options.registry = &registry;
  d.options.growing = &growing;
  d.options.offer_after = std::chrono::milliseconds(0);
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  d.when(id, [&](const auto&) { return growing.count() == 1; });
  const auto file = growing.find(source.content());
  REQUIRE(file);
  CHECK(file->covers((kPieces - 1) * kMiB, kMiB));  // the last piece proves the size
  CHECK_FALSE(file->covers(0, kPieces * kMiB));
  source.release();
  CHECK(d.when_done(id).state == DownloadState::done);
  d.queue.reset();
  CHECK(growing.count() == 0);
  CHECK(begun == 1);
  CHECK(ended == 1);
}

TEST_CASE("what only a named source gave is not offered to everybody") {
  Downloading d;
  std::atomic<int> begun{0};
  GrowingFiles growing({[&](const std::string&, const GrowingFile&) { ++begun; }, {}});
  FakeSource source(noise(kPieces * kMiB));
  source.hold_at(3 * kMiB + kMiB / 2);
  d.options.growing = &growing;
  d.options.offer_after = std::chrono::milliseconds(0);
  d.open();
  const auto id = d.start(request_for(source.content(), "", {source.source(1)}));
  d.when(id, [](const auto& status) { return status.done >= 2 * kMiB && status.rate > 0; });
  source.release();
  CHECK(d.when_done(id).state == DownloadState::done);
  d.queue.reset();
  CHECK(begun == 0);
}

TEST_CASE("a paused download is not offered any more") {
  Downloading d;
  GrowingFiles growing;
  FakeSource source(noise(kPieces * kMiB));
  source.hold_at(2 * kMiB + kMiB / 2);
  FakeRegistry registry;
  registry.knows(record_of(source, {source.source(1)}));
  d.options.registry = &registry;
  d.options.growing = &growing;
  d.options.offer_after = std::chrono::milliseconds(0);
  d.open();
  const auto id = d.start(request_for(source.content(), "", {}));
  d.when(id, [&](const auto&) { return growing.count() == 1; });
  REQUIRE(d.queue->pause(id).ok());
  CHECK(growing.count() == 0);
  source.hold_at(4 * kMiB + kMiB / 2);
  REQUIRE(d.queue->resume(id).ok());
  d.when(id, [&](const auto&) { return growing.count() == 1; });
  REQUIRE(d.queue->cancel(id).ok());
  CHECK(growing.count() == 0);
}

TEST_CASE("a download is no faster than its limit, and goes on at once when that is lifted") {
  constexpr std::uint64_t kRate = 2 * kMiB;  // bytes a second of the test's clock
  Downloading d;
  Pacer pacer(d.clock);
  const auto each = GENERATE(false, true);
  pacer.set_rates(each ? Rates{0, kRate} : Rates{kRate, 0});
  FakeSource source(noise(kPieces * kMiB));
  d.options.pacer = &pacer;
  d.open();
  const auto began = d.clock.steady();
  const auto id = d.start(request_for(source.content(), "", {source.source(1)}));
  const auto status = d.when(id, [&](const auto& now) {
    d.clock.advance(std::chrono::milliseconds(5));
    return now.done >= 3 * kMiB;
  });
  const auto passed = std::chrono::duration<double>(d.clock.steady() - began).count();
  CHECK(static_cast<double>(status.done) <= 1.03 * static_cast<double>(kRate) * passed);
  pacer.set_rates({});
  CHECK(d.when_done(id).state == DownloadState::done);
  d.queue.reset();
}

}  // namespace swapmeet::transfer_swarm
