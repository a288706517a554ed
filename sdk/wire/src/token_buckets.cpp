#include "swapmeet/wire/token_buckets.h"

#include <algorithm>
#include <cmath>

namespace swapmeet::wire {
namespace {
constexpr std::size_t kLeastSweep = 1'000;
constexpr double kRounding = 1e-6;  // of many small sums
}  // namespace

double TokenBuckets::filled(const Bucket& bucket, Instant now) {
  const std::chrono::duration<double, std::ratio<60>> minutes =
      std::max(now, bucket.at) - bucket.at;
  return std::min(bucket.rate.size, bucket.tokens + minutes.count() * bucket.rate.per_minute);
}

std::optional<TokenBuckets::Refusal> TokenBuckets::take(std::span<const Draw> draws, Instant now) {
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto found = buckets_.find(draws[i].key);
    if (found == buckets_.end()) continue;  // full
    auto& bucket = found->second;
    bucket = {filled(bucket, now), now, draws[i].rate};
    if (bucket.tokens >= 1 - kRounding) continue;
    const auto seconds = std::ceil((1 - bucket.tokens) * 60 / bucket.rate.per_minute);
    return Refusal{i, std::chrono::seconds(static_cast<std::int64_t>(std::max(1.0, seconds)))};
  }
  for (const auto& draw : draws) {
    const auto [bucket, is_new] =
        buckets_.try_emplace(draw.key, Bucket{draw.rate.size, now, draw.rate});
    bucket->second.tokens -= 1;
  }
  if (buckets_.size() >= drop_at_) drop_full(now);
  return std::nullopt;
}

void TokenBuckets::give_back(std::span<const Draw> draws, Instant now) {
  for (const auto& draw : draws) {
    const auto found = buckets_.find(draw.key);
    if (found == buckets_.end()) continue;
    auto& bucket = found->second;
    bucket = {std::min(draw.rate.size, filled(bucket, now) + 1), now, draw.rate};
  }
}

void TokenBuckets::drop_full(Instant now) {
  std::erase_if(buckets_,
                [&](const auto& one) { return filled(one.second, now) >= one.second.rate.size; });
  drop_at_ = std::max(kLeastSweep, 2 * buckets_.size());
}

}  // namespace swapmeet::wire
