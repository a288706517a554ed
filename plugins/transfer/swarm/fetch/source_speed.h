// How fast one source is: bytes a second, how long its pieces take, how many of them to ask it for
// at once, and whether it has gone silent.
// Threads: for one at a time. It reads no clock: moments are handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

// A rate that follows what was measured last, but not every jump of it.
std::uint64_t smoothed_rate(std::uint64_t before, double now);

class SourceSpeed {
 public:
  // A request goes out: from now on bytes are expected. Until rests(): then none are.
  void expects(Instant now);
  void rests() { asking_ = false; }
  // Bytes are expected, and none has come for longer than that.
  bool is_silent(Instant now, std::chrono::milliseconds longest) const {
    return asking_ && now - heard_ > longest;
  }

  // `received`: bytes in all, by now. Returns those that are new since the last call.
  std::uint64_t hear(std::uint64_t received, Instant now);
  // Nothing can come now, since this host's own limits are in the way.
  void excuse(Instant now) { heard_ = now; }
  // What it sends a second, as measured just now.
  void measured(double bytes_a_second) { rate_ = smoothed_rate(rate_, bytes_a_second); }
  std::uint64_t rate() const { return rate_; }

  // A request for so many pieces, 1 at least, is over.
  void fetched(std::size_t pieces, Instant asked_at, Instant now);
  // How many to ask for next: twice as many as before while that takes less than a second.
  std::size_t look_ahead() const { return look_ahead_; }
  std::chrono::nanoseconds piece_time() const { return piece_time_; }
  // For as long as a piece takes after its last one it may be left to others: little is lost.
  Instant spare_until() const { return spare_until_; }

 private:
  bool asking_ = false;
  Instant heard_{};
  std::uint64_t received_ = 0;
  std::uint64_t rate_ = 0;
  std::chrono::nanoseconds piece_time_{};
  std::size_t look_ahead_ = 1;
  Instant spare_until_{};
};

}  // namespace swapmeet::transfer_swarm
