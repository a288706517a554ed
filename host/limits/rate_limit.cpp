#include "host/limits/rate_limit.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "swapmeet/digest.h"

namespace swapmeet {

std::optional<RateLimit::Refusal> RateLimit::take(std::string_view who, std::uint64_t cost,
                                                  bool is_member) {
  if (cost == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.steady().time_since_epoch())
          .count();
  const auto refusal = [](bool in_all, Nanoseconds wait) {
    return Refusal{
        in_all, std::max(std::chrono::seconds(1),
                         std::chrono::ceil<std::chrono::seconds>(std::chrono::nanoseconds(wait)))};
  };
  Bucket* own = rate_.of_one > 0 ? &bucket_of(who) : nullptr;
  const auto of_own = own ? outcome(*own, rate_.of_one, cost, now) : Outcome{};
  if (of_own.wait > 0) return refusal(false, of_own.wait);
  const auto of_all = rate_.in_all > 0 ? outcome(all_, rate_.in_all, cost, now) : Outcome{};
  if (of_all.wait > 0 && !is_member) return refusal(true, of_all.wait);
  if (own) own->full = of_own.full;
  all_.full = of_all.full - of_all.wait;  // no more than full
  return std::nullopt;
}

void RateLimit::set(const Rate& rate) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(rate_, rate) == rate) return;
  rows_.clear();  // what was counted by other numbers
  all_ = {};
}

RateLimit::Outcome RateLimit::outcome(const Bucket& bucket, std::uint64_t limit, std::uint64_t cost,
                                      Nanoseconds now) const {
  const auto window = std::chrono::nanoseconds(window_).count();
  const auto part = static_cast<double>(std::min(cost, limit)) / static_cast<double>(limit);
  const auto taken =
      std::max<Nanoseconds>(1, static_cast<Nanoseconds>(static_cast<double>(window) * part));
  const auto full = std::max(bucket.full, now) + taken;
  return {full, std::max<Nanoseconds>(0, full - window - now)};
}

RateLimit::Bucket& RateLimit::bucket_of(std::string_view who) {
  if (rows_.empty()) rows_.resize(kRows);
  const auto hash = sha256(salt_ + std::string(who));
  std::uint64_t tag = 0;
  std::uint64_t place = 0;
  std::memcpy(&tag, hash.data(), sizeof tag);
  std::memcpy(&place, hash.data() + sizeof tag, sizeof place);
  tag |= 1;  // 0 is nobody's
  auto& row = rows_[place % kRows];
  const auto known =
      std::find_if(row.begin(), row.end(), [&](const Bucket& one) { return one.tag == tag; });
  if (known != row.end()) return *known;
  auto& fullest = *std::min_element(
      row.begin(), row.end(), [](const Bucket& a, const Bucket& b) { return a.full < b.full; });
  fullest = {tag, 0};
  return fullest;
}

}  // namespace swapmeet
