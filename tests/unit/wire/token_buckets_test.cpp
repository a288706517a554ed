// Limits of how often something may happen.
#include "swapmeet/wire/token_buckets.h"

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::wire;
using namespace std::chrono_literals;

namespace {
constexpr Instant kBegin{1h};
constexpr TokenRate kRate{3, 6};
}  // namespace

TEST_CASE("a bucket gives what is in it at once, and then what flows in") {
  TokenBuckets buckets;
  const TokenBuckets::Draw draws[] = {{"a", kRate}};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(buckets.take(draws, kBegin));
  const auto refused = buckets.take(draws, kBegin);
  REQUIRE(refused);
  CHECK(refused->after == 10s);
  CHECK(buckets.take(draws, kBegin + 9s));
  CHECK_FALSE(buckets.take(draws, kBegin + 10s));
  CHECK(buckets.take(draws, kBegin + 11s));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(buckets.take(draws, kBegin + 1h));
  CHECK(buckets.take(draws, kBegin + 1h));
}

TEST_CASE("of several buckets one that is empty keeps the others full") {
  TokenBuckets buckets;
  const TokenBuckets::Draw small[] = {{"small", {1, 1}}};
  const TokenBuckets::Draw both[] = {{"large", kRate}, {"small", {1, 1}}};
  CHECK_FALSE(buckets.take(small, kBegin));
  for (int i = 0; i < 10; ++i) {
    const auto refused = buckets.take(both, kBegin);
    REQUIRE(refused);
    CHECK(refused->draw == 1);
  }
  const TokenBuckets::Draw large[] = {{"large", kRate}};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(buckets.take(large, kBegin));
}

TEST_CASE("buckets that are full again take no memory") {
  TokenBuckets buckets;
  for (int i = 0; i < 100'000; ++i) {
    const TokenBuckets::Draw draws[] = {{std::to_string(i), kRate}};
    REQUIRE_FALSE(buckets.take(draws, kBegin + i * 1s));
  }
  CHECK(buckets.kept() < 2'000);
}

TEST_CASE("a clock that goes back gives nothing away") {
  TokenBuckets buckets;
  const TokenBuckets::Draw draws[] = {{"a", {1, 1}}};
  CHECK_FALSE(buckets.take(draws, kBegin + 1h));
  CHECK(buckets.take(draws, kBegin));
}
