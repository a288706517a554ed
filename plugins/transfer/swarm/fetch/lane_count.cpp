#include "transfer/swarm/fetch/lane_count.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr std::size_t kMost = 8;
// What a connection costs and what the way gains by it are in balance below that round trip.
constexpr std::chrono::nanoseconds kLongWay = 5ms;
constexpr std::chrono::nanoseconds kShortestWindow = 1s;
constexpr int kRoundTrips = 10;        // of a window
constexpr double kWorthIt = 1.1;       // times the bytes a second
constexpr auto kFirstPause = 10s;      // after a try in vain; twice as long after each
constexpr unsigned kLongestPause = 4;  // doublings

}  // namespace

std::size_t LaneCount::wanted() const {
  return std::clamp<std::size_t>(least_ + tried_, 1, std::max<std::size_t>(allowed_, 1));
}

void LaneCount::refused(std::size_t others) {
  refused_ = std::max<std::size_t>(others, 1);
  allow(allowed_);
  trying_ = false;
}

void LaneCount::busy(std::size_t lanes, std::size_t processors) {
  if (lanes < wanted() || lanes >= std::min(processors, kMost)) return;
  least_ = std::max(least_, lanes + 1);
}

void LaneCount::broke() { least_ = std::max<std::size_t>(least_, 2); }

void LaneCount::heard(std::uint64_t received, std::size_t lanes,
                      std::chrono::nanoseconds round_trip, Instant now) {
  if (round_trip < kLongWay || lanes != wanted()) {
    window_.reset();  // also while one more begins
    return;
  }
  if (!window_) {
    // The bytes that come now were asked for before.
    window_ = Window{now + std::chrono::duration_cast<Instant::duration>(2 * round_trip), received};
    return;
  }
  if (now <= window_->from) {
    window_->received = received;
    return;
  }
  const auto span = now - window_->from;
  if (span < std::max(kShortestWindow, kRoundTrips * round_trip)) return;
  const auto fresh = static_cast<double>(received - std::exchange(window_, {})->received);
  end_window(fresh / std::chrono::duration<double>(span).count(), now);
}

void LaneCount::end_window(double rate, Instant now) {
  if (std::exchange(trying_, false)) {
    if (rate < kWorthIt * before_) {
      --tried_;
      next_try_ = now + kFirstPause * (1U << std::min(vain_++, kLongestPause));
      return;
    }
    vain_ = 0;
  }
  if (now < next_try_ || wanted() >= std::min(allowed_, kMost)) return;
  before_ = rate;
  ++tried_;
  trying_ = true;
}

}  // namespace swapmeet::transfer_swarm
