// Limits by time of day, and how much of a file leaves in a day.
#include "transfer/swarm/pace/limit_schedule.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/pace/daily_quota.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr RateLimits kUsual{{100, 10}, {200, 20}};
enum Weekday : unsigned { mon, tue, wed, thu, fri, sat, sun };

RateLimits at(const std::vector<std::string>& entries, unsigned weekday, unsigned hour,
              unsigned minute = 0) {
  const auto schedule = LimitSchedule::parse(entries);
  REQUIRE(schedule.ok());
  return schedule->at({weekday, hour * 60 + minute}, kUsual);
}

}  // namespace

TEST_CASE("a period changes what it names, from its first minute to before its last") {
  const std::vector<std::string> day{"08:00-18:00 upload 1M download 5M"};
  CHECK(at(day, wed, 7, 59) == kUsual);
  CHECK(at(day, wed, 8) == RateLimits{{1'000'000, 10}, {5'000'000, 20}});
  CHECK(at(day, sun, 17, 59) == RateLimits{{1'000'000, 10}, {5'000'000, 20}});
  CHECK(at(day, wed, 18) == kUsual);
  CHECK(at({}, wed, 12) == kUsual);
}

TEST_CASE("a period over midnight belongs to the day on which it begins") {
  const std::vector<std::string> night{"fri 22:00-06:00 upload_per_peer 0 download_per_peer 7"};
  const RateLimits changed{{100, 0}, {200, 7}};
  CHECK(at(night, fri, 21, 59) == kUsual);
  CHECK(at(night, fri, 23) == changed);
  CHECK(at(night, sat, 5, 59) == changed);
  CHECK(at(night, sat, 6) == kUsual);
  CHECK(at(night, fri, 5) == kUsual);
  CHECK(at({"sat-mon 00:00-24:00 upload 1"}, mon, 23, 59).upload.all == 1);
  CHECK(at({"sat-mon 00:00-24:00 upload 1"}, tue, 0) == kUsual);
}

TEST_CASE("of several periods the first that says something of a limit counts") {
  const std::vector<std::string> both{"mon-fri 12:00-13:00 upload 0",
                                      "08:00-18:00 upload 1 download 2"};
  CHECK(at(both, mon, 12, 30) == RateLimits{{0, 10}, {2, 20}});
  CHECK(at(both, sat, 12, 30) == RateLimits{{1, 10}, {2, 20}});
}

TEST_CASE("a schedule that cannot be read is refused with the entry and an example") {
  for (const char* entry :
       {"", "upload 1M", "08:00-18:00", "8:00-18:00 upload 1M", "08:00-24:01 upload 1M",
        "08:60-18:00 upload 1M", "08:00 upload 1M", "24:00-08:00 upload 1M",
        "08:00-08:00 upload 1M", "08:00-18:00 upload", "08:00-18:00 upload fast",
        "08:00-18:00 uploads 1M", "someday 08:00-18:00 upload 1M", "mon-day 08:00-18:00 upload 1M",
        "08:00-18:00 upload 1M download"}) {
    CAPTURE(entry);
    const auto schedule = LimitSchedule::parse({entry});
    REQUIRE_FALSE(schedule.ok());
    CHECK(schedule.error().message.find("for example: mon-fri 08:00-18:00") != std::string::npos);
  }
}

TEST_CASE("of one file no more leaves in a day than the limit, and the next day again") {
  testing::ManualClock clock;
  clock.set(*from_rfc3339("2026-03-04T05:00:00Z"));
  DailyQuota quota(clock);
  ContentId one, other;
  other.bytes[0] = 1;
  REQUIRE(quota.take(one, 1'000'000'000).ok());  // no limit yet
  quota.give_back(one, 1'000'000'000);
  quota.set_limit(1000);
  CHECK(quota.take(one, 600).ok());
  const auto refused = quota.take(one, 401);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unavailable);
  REQUIRE(refused.error().retry_after);
  CHECK(quota.take(one, 400).ok());
  CHECK_FALSE(quota.take(one, 1).ok());
  CHECK(quota.take(other, 1000).ok());
  quota.give_back(one, 100);  // that reader went away
  CHECK(quota.take(one, 100).ok());
  CHECK_FALSE(quota.take(one, 1001).ok());
  clock.advance(*refused.error().retry_after);
  CHECK(quota.take(one, 1000).ok());
}

}  // namespace swapmeet::transfer_swarm
