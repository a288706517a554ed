// The list, the totals, the pace and the queue of what others fetch, without HTTP.
#include "transfer/swarm/serve/uploads.h"

#include <chrono>
#include <memory>

#include "catch.h"
#include "swapmeet/event_topics.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/serve/file_uploads.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

const ContentId kContent = *ContentId::parse(std::string(64, '1'));

UploadRequest request_of(const std::string& address, std::uint64_t size = 1000) {
  return {address, 1, "", kContent, "a.bin", size, {.account = "ann", .groups = {}, .roles = {}}};
}

TEST_CASE("an upload is listed from its beginning to its end") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  const auto begun = meter.begin(request_of("10.0.0.1"), true);
  REQUIRE(begun.callbacks);
  auto status = meter.list()->at(0);
  CHECK(status.address == "10.0.0.1");
  CHECK(status.account == "ann");
  CHECK(status.name == "a.bin");
  CHECK(status.size == 1000);
  CHECK(status.started == clock.now());
  begun.callbacks->on_sent(300);
  begun.callbacks->on_sent(200);
  clock.advance(2s);
  status = meter.list()->at(0);
  CHECK(status.done == 500);
  CHECK(status.rate == 250);
  begun.callbacks->on_end(false);
  CHECK(meter.list()->size() == 1);  // it may come back
  clock.advance(FileUploads::kSilence);
  CHECK(meter.list()->empty());
  begun.callbacks->on_sent(1);  // too late for the list
  CHECK(meter.counted().sent == 501);
}

TEST_CASE("an upload is told of when it begins and when it ends, as long as the meter is there") {
  testing::ManualClock clock;
  std::vector<std::string> told;
  auto meter = std::make_unique<UploadMeter>(clock, [&](const Event& event) {
    CHECK(check_event(event));
    told.push_back(event.topic + ' ' + event.text("id") + ' ' + event.text("account") + ' ' +
                   std::to_string(event.number("done")));
  });
  const auto one = meter->begin(request_of("10.0.0.1"), true);
  const auto other = meter->begin(request_of("10.0.0.2"), true);
  const auto last = meter->begin(request_of("10.0.0.3"), true);
  one.callbacks->on_sent(1000);
  one.callbacks->on_end(true);
  other.callbacks->on_sent(1);
  other.callbacks->on_end(false);
  const auto tell_ended = [&] {
    for (const auto& upload : meter->take_ended()) meter->tell_ended(upload);
  };
  tell_ended();
  clock.advance(FileUploads::kSilence);
  tell_ended();
  meter.reset();
  last.callbacks->on_end(true);
  CHECK(told == std::vector<std::string>{"upload.began 1 ann 0", "upload.began 2 ann 0",
                                         "upload.began 3 ann 0", "upload.ended 1 ann 1000",
                                         "upload.failed 2 ann 1"});
}

TEST_CASE("totals go on from those of earlier runs, and count both ways") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  meter.set_totals({10, 1000, 2000});
  const auto begun = meter.begin(request_of("10.0.0.1"), true);
  begun.callbacks->on_sent(5);
  meter.received(7);
  CHECK(meter.counted() == TransferTotals{11, 1005, 2007});
}

TEST_CASE("when all slots are taken others wait, and are listed after those who fetch") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  meter.set_slots(1);
  const auto first = meter.begin(request_of("10.0.0.1"), true);
  REQUIRE(first.callbacks);
  const auto second = meter.begin(request_of("10.0.0.2"), true);
  CHECK_FALSE(second.callbacks);
  CHECK_FALSE(second.refused);
  CHECK(second.turn.place == 1);
  REQUIRE(meter.list()->size() == 2);
  CHECK(meter.list()->at(0).address == "10.0.0.1");
  CHECK(meter.list()->at(1).place == 1);
  CHECK(meter.counted().requests == 1);
  first.callbacks->on_end(true);
  CHECK(meter.begin(request_of("10.0.0.2"), true).callbacks);
}

TEST_CASE("who waits and does not come back in time is no longer listed") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  meter.set_slots(1);
  const auto first = meter.begin(request_of("10.0.0.1"), true);
  const auto second = meter.begin(request_of("10.0.0.2"), true);
  clock.advance(second.turn.retry_after + 4s);
  CHECK(meter.list()->size() == 2);
  clock.advance(1s);  // it has got the file elsewhere
  CHECK(meter.list()->size() == 1);
  CHECK(meter.begin(request_of("10.0.0.2"), true).turn.place == 1);  // and has its place still
  CHECK(meter.list()->size() == 2);
}

TEST_CASE("a file's quota of the day is for what was sent, and a refusal takes no slot") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  meter.set_slots(1);
  meter.set_daily_limit(1500);
  const auto first = meter.begin(request_of("10.0.0.1"), true);
  REQUIRE(first.callbacks);
  first.callbacks->on_sent(400);
  first.callbacks->on_end(false);  // 1,100 of the day are left
  const auto large = meter.begin(request_of("10.0.0.2", 1101), true);
  REQUIRE(large.refused);
  CHECK(large.refused->code == ErrorCode::unavailable);
  CHECK(meter.begin(request_of("10.0.0.3", 1100), true).callbacks);
}

TEST_CASE("what began before there was a quota gives nothing back to it") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  const auto before = meter.begin(request_of("10.0.0.1", 1000), true);
  meter.set_daily_limit(1500);
  REQUIRE(meter.begin(request_of("10.0.0.2", 1000), true).callbacks);
  before.callbacks->on_end(false);
  CHECK(meter.begin(request_of("10.0.0.3", 501), true).refused);
  CHECK(meter.begin(request_of("10.0.0.3", 500), true).callbacks);
}

TEST_CASE("a file whose quota is used up does not cost a reader the slot for the others") {
  testing::ManualClock clock;
  UploadMeter meter(clock);
  meter.set_slots(1);
  meter.set_daily_limit(1500);
  auto request = request_of("10.0.0.1", 1500);
  request.reader = "ann";
  const auto first = meter.begin(request, false);
  REQUIRE(first.callbacks);
  first.callbacks->on_sent(1500);
  first.callbacks->on_end(true);
  CHECK(meter.begin(request, false).refused);
  CHECK(meter.begin(request_of("10.0.0.2"), true).turn.place == 1);
  request.size = 0;
  CHECK(meter.begin(request, false).callbacks);
}

TEST_CASE("rates hold for answers that run already, and callbacks outlive the meter") {
  testing::ManualClock clock;
  UploadMeter::Callbacks callbacks;
  {
    UploadMeter meter(clock);
    callbacks = *meter.begin(request_of("10.0.0.1"), true).callbacks;
    CHECK(callbacks.allowance(1000).bytes == 1000);
    meter.set_rates({.all = 1000, .each = 0});
    const auto allowed = callbacks.allowance(1'000'000);
    CHECK(allowed.bytes < 1'000'000);
    CHECK((allowed.bytes > 0 || allowed.wait > 0ms));
  }
  callbacks.on_sent(1);
  callbacks.on_end(true);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
