#include "transfer/swarm/pace/daily_quota.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>

namespace swapmeet::transfer_swarm {
namespace {

std::tm local_time(Time now) {
  const auto whole = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
  std::tm local{};
  ::localtime_r(&whole, &local);
  return local;
}

std::chrono::seconds until_midnight(Time now) {
  const auto local = local_time(now);
  return std::chrono::hours(24) - std::chrono::hours(local.tm_hour) -
         std::chrono::minutes(local.tm_min) - std::chrono::seconds(std::min(local.tm_sec, 59));
}

}  // namespace

void DailyQuota::set_limit(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  limit_ = bytes;
  if (bytes == 0) taken_.clear();
}

void DailyQuota::begin_day() {
  const auto local = local_time(clock_.now());
  const auto today = std::int64_t{local.tm_year} * 366 + local.tm_yday;
  if (today == day_) return;
  day_ = today;
  taken_.clear();
}

Result<std::uint64_t> DailyQuota::take(const ContentId& content, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (limit_ == 0) return std::uint64_t{0};
  begin_day();
  auto& taken = taken_[content];
  if (bytes > limit_ || taken > limit_ - bytes)
    return Error{ErrorCode::unavailable,
                 "of this file no more than " + std::to_string(limit_) +
                     " bytes leave in a day, and " + std::to_string(taken) +
                     " have; ask for less, ask another source, or come back tomorrow",
                 std::nullopt, until_midnight(clock_.now())};
  taken += bytes;
  return bytes;
}

void DailyQuota::give_back(const ContentId& content, std::uint64_t bytes) {
  if (bytes == 0) return;
  const std::lock_guard lock(mutex_);
  begin_day();  // of a day that has gone nothing is counted any more
  const auto found = taken_.find(content);
  if (found != taken_.end()) found->second -= std::min(found->second, bytes);
}

}  // namespace swapmeet::transfer_swarm
