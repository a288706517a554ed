#include "transfer/swarm/fetch/source_speed.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {
using namespace std::chrono_literals;

constexpr double kNewest = 0.4;                 // weight of the newest measurement in a rate
constexpr std::size_t kMostAtOnce = 16;         // pieces of one request
constexpr std::size_t kFirstAtOnce = 4;         // when there is nobody else to ask
constexpr auto kRequestTime = 500ms;            // that a request's bytes may take
constexpr auto kSpareTime = 50ms;               // for which the source has more to send than needed
constexpr std::uint64_t kFirstAhead = 6 << 20;  // bytes, before anything is known of its speed
constexpr std::uint64_t kFirstBeside = 2 << 20;  // the same, when others could have it
constexpr std::uint64_t kMostAhead = 24 << 20;   // bytes

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::uint64_t smoothed_rate(std::uint64_t before, double now) {
  if (before == 0) return static_cast<std::uint64_t>(now);
  return static_cast<std::uint64_t>((1 - kNewest) * static_cast<double>(before) + kNewest * now);
}

void SourceSpeed::expects(Instant now) {
  if (std::exchange(asking_, true)) return;
  heard_ = now;
  since_ = now;
}

void SourceSpeed::rests() { asking_ = false; }

std::uint64_t SourceSpeed::hear(std::uint64_t received, Instant now) {
  const auto fresh = received - received_;
  if (fresh > 0) heard_ = now;
  received_ = received;
  return fresh;
}

void SourceSpeed::came(std::size_t bytes, Instant now) {
  const auto took = std::max<std::chrono::nanoseconds>(now - std::exchange(since_, now), 1us);
  const auto rate = static_cast<double>(bytes) / seconds(took);
  bytes_a_second_ = bytes_a_second_ == 0 ? rate : (1 - kNewest) * bytes_a_second_ + kNewest * rate;
  piece_time_ = std::chrono::nanoseconds(
      static_cast<std::int64_t>(1e9 * static_cast<double>(bytes) / bytes_a_second_));
  spare_until_ = now + std::chrono::duration_cast<Instant::duration>(piece_time_);
  const auto pieces = static_cast<std::size_t>(kRequestTime / piece_time_);
  most_at_once_ = std::clamp<std::size_t>(pieces, 1, std::min(2 * most_at_once_, kMostAtOnce));
}

std::size_t SourceSpeed::at_once(Others others) const {
  return others == Others::none && bytes_a_second_ == 0 ? kFirstAtOnce : most_at_once_;
}

std::uint64_t SourceSpeed::ask_below(Others others) const {
  if (bytes_a_second_ == 0)
    return others == Others::none ? kFirstAhead : others == Others::few ? kFirstBeside : 1;
  const auto bytes = bytes_a_second_ * seconds(2 * round_trip() + kSpareTime);
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(bytes), 1, kMostAhead);
}

}  // namespace swapmeet::transfer_swarm
