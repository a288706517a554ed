#include "transfer/swarm/fetch/pool_source.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {

PoolSource::PoolSource(Source who, Clock& clock, Pacer* pacer)
    : source_(std::move(who)), clock_(clock), pacer_(pacer) {
  lanes_.push_back(std::make_unique<Lane>(source_, clock_, pacer_));
}

Lane& PoolSource::idle_lane() {
  for (const auto& lane : lanes_)
    if (!lane->works) return *lane;
  return *lanes_.emplace_back(std::make_unique<Lane>(source_, clock_, pacer_));
}

std::size_t PoolSource::working() const {
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->works; }));
}

std::uint64_t PoolSource::rate() const {
  const bool at_rest = working() == 0;  // then what it did last
  std::uint64_t all = 0;
  for (const auto& lane : lanes_)
    if (lane->works || at_rest) all += lane->speed.rate();
  return all;
}

std::uint64_t PoolSource::received() const {
  std::uint64_t all = 0;
  for (const auto& lane : lanes_) all += lane->link.received();
  return all;
}

std::vector<PieceMap::Run> PoolSource::asked_beside(const Lane& lane) const {
  std::vector<PieceMap::Run> all;
  for (const auto& other : lanes_)
    if (other.get() != &lane) all.insert(all.end(), other->asked.begin(), other->asked.end());
  return all;
}

Instant PoolSource::last_piece() const {
  Instant last{};
  for (const auto& lane : lanes_) last = std::max(last, lane->last_piece);
  return last;
}

std::chrono::nanoseconds PoolSource::round_trip() const {
  return lanes_.front()->speed.round_trip();
}

void PoolSource::interrupt() {
  for (const auto& lane : lanes_) lane->link.interrupt();
}

}  // namespace swapmeet::transfer_swarm
