#include "transfer/swarm/pace/transfer_yield.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

using std::chrono::milliseconds;
using Seconds = std::chrono::duration<double>;

constexpr double kBusy = 250e6;    // bytes a second; slower transfers leave enough by themselves
constexpr milliseconds kLook{50};  // at what transfers do
constexpr milliseconds kWork{1};   // at least, between two pauses
constexpr int kPauses = 3;         // for each piece of work
constexpr milliseconds kLongestPause{50};

}  // namespace

TransferYield::TransferYield(std::function<std::uint64_t()> moved, Instant now)
    : moved_(std::move(moved)), looked_(now), working_since_(now) {
  if (moved_) moved_then_ = moved_();
}

Instant::duration TransferYield::pause(Instant now) {
  if (!moved_) return {};
  if (now - looked_ >= kLook) look(now);
  const auto worked = now - working_since_;
  if (!is_busy_) working_since_ = now;
  if (!is_busy_ || worked < kWork) return {};
  return std::min<Instant::duration>(kPauses * worked, kLongestPause);
}

void TransferYield::look(Instant now) {
  const auto moved = moved_();
  is_busy_ = static_cast<double>(moved - moved_then_) > kBusy * Seconds(now - looked_).count();
  moved_then_ = moved;
  looked_ = now;
}

}  // namespace swapmeet::transfer_swarm
