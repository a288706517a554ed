#include "transfer/swarm/scan/touches.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kQuiet{300};
constexpr std::chrono::milliseconds kLongestQuiet{1500};
constexpr std::ptrdiff_t kMostOfShare = 1000;

}  // namespace

Instant Touches::Touch::due() const { return std::min(last + kQuiet, first + kLongestQuiet); }

void Touches::add(const Scope& scope, Instant now) {
  const auto [found, is_new] = touches_.try_emplace(scope, Touch{now, now});
  found->second.last = now;
  if (!is_new || scope.is_whole() || touches_.size() < kMostOfShare) return;
  const auto is_of_share = [&](const auto& one) { return one.first.share == scope.share; };
  if (std::count_if(touches_.begin(), touches_.end(), is_of_share) < kMostOfShare) return;
  std::erase_if(touches_, is_of_share);
  touches_[{scope.share, "", true}] = {now, now};
}

void Touches::forget(const std::string& share) {
  std::erase_if(touches_, [&](const auto& one) { return one.first.share == share; });
}

std::vector<Scope> Touches::take(Instant now) {
  std::vector<Scope> due;
  for (auto at = touches_.begin(); at != touches_.end();) {
    if (at->second.due() <= now) {
      due.push_back(at->first);
      at = touches_.erase(at);
    } else {
      ++at;
    }
  }
  return due;
}

Instant Touches::next() const {
  auto next = Instant::max();
  for (const auto& [scope, touch] : touches_) next = std::min(next, touch.due());
  return next;
}

}  // namespace swapmeet::transfer_swarm
