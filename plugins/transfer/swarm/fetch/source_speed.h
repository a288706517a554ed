// How fast one connection to a source is: bytes a second, its round trip, how long its pieces take,
// how much to ask it for before the first of it has come, and whether it has gone silent.
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
  // Bytes have been asked for, so that some are expected from now on. Until rests(): then none are.
  void expects(Instant now);
  void rests();
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

  // Bytes begin to come that were asked for when nothing else was on its way.
  void answered(Instant now) { since_ = now; }
  // The shortest so far.
  void set_round_trip(std::chrono::nanoseconds time) { round_trip_ = time; }
  // Zero before it is known.
  std::chrono::nanoseconds round_trip() const { return round_trip_; }

  // A piece of so many bytes has come, behind others or alone.
  void came(std::size_t bytes, Instant now);
  std::chrono::nanoseconds piece_time() const { return piece_time_; }
  // For as long as a piece takes after its last one it may be left to others: little is lost.
  Instant spare_until() const { return spare_until_; }

  // How it is with others who fetch the same file, before the speed of this one is known.
  enum class Others {
    none,  // nothing is lost by asking for much
    few,   // beside what is missing: so a slow one should not get much
    many,  // as many as there are pieces, or more
  };
  // How many pieces to ask for at once: as many as come in half a second, twice as many as before
  // at most.
  std::size_t at_once(Others others) const;
  // More is asked for when fewer bytes than that are still to come: what comes in two round trips
  // and some time to spare, so that the source always knows what to send next.
  std::uint64_t ask_below(Others others) const;

 private:
  bool asking_ = false;
  Instant heard_{};
  std::uint64_t received_ = 0;
  std::uint64_t rate_ = 0;
  std::chrono::nanoseconds round_trip_{};
  Instant since_{};  // the last piece came, or bytes began to come
  std::chrono::nanoseconds piece_time_{};
  double bytes_a_second_ = 0;  // by the pieces that came
  std::size_t most_at_once_ = 1;
  Instant spare_until_{};
};

}  // namespace swapmeet::transfer_swarm
