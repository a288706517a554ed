#include "transfer/swarm/fetch/source_speed.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr double kNewest = 0.4;             // weight of the newest measurement in a rate
constexpr std::size_t kMostLookAhead = 16;  // pieces of one request

}  // namespace

std::uint64_t smoothed_rate(std::uint64_t before, double now) {
  if (before == 0) return static_cast<std::uint64_t>(now);
  return static_cast<std::uint64_t>((1 - kNewest) * static_cast<double>(before) + kNewest * now);
}

void SourceSpeed::expects(Instant now) {
  asking_ = true;
  heard_ = now;
}

std::uint64_t SourceSpeed::hear(std::uint64_t received, Instant now) {
  const auto fresh = received - received_;
  if (fresh > 0) heard_ = now;
  received_ = received;
  return fresh;
}

void SourceSpeed::fetched(std::size_t pieces, Instant asked_at, Instant now) {
  const auto took = now - asked_at;
  piece_time_ = took / static_cast<int>(pieces);
  spare_until_ = now + std::chrono::duration_cast<Instant::duration>(piece_time_);
  look_ahead_ = took < 1s ? std::min(look_ahead_ * 2, kMostLookAhead)
                          : std::max<std::size_t>(look_ahead_ / 2, 1);
}

}  // namespace swapmeet::transfer_swarm
