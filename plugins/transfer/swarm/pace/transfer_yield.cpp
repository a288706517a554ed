#include "transfer/swarm/pace/transfer_yield.h"

#include <algorithm>
#include <thread>

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

TransferYield::TransferYield(std::function<std::uint64_t()> moved)
    : moved_(std::move(moved)), looked_(std::chrono::steady_clock::now()), working_since_(looked_) {
  if (moved_) moved_then_ = moved_();
}

void TransferYield::before_block() {
  if (!moved_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ >= kLook) look(now);
  const auto worked = now - working_since_;
  if (is_busy_ && worked < kWork) return;
  if (is_busy_)
    std::this_thread::sleep_for(std::min<Instant::duration>(kPauses * worked, kLongestPause));
  working_since_ = std::chrono::steady_clock::now();
}

void TransferYield::look(Instant now) {
  const auto moved = moved_();
  is_busy_ = static_cast<double>(moved - moved_then_) > kBusy * Seconds(now - looked_).count();
  moved_then_ = moved;
  looked_ = now;
}

}  // namespace swapmeet::transfer_swarm
