// How many connections to one source are worth their while: one, until it shows that more help.
// That is so when this host's threads have all hands full with what comes, as long as there are
// processors; when a second connection brings more bytes, as where packets get lost on a long way,
// which is tried now and then; and when connections break, so that another goes on meanwhile.
// Never more than the source lets one reader have.
// Threads: for one at a time. It reads no clock: moments are handed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class LaneCount {
 public:
  std::size_t wanted() const;

  // The source lets this host have so many; one when it has not said.
  void allow(std::size_t most) { allowed_ = std::min(most, refused_); }
  // It has turned one away that was beside so many others.
  void refused(std::size_t others);
  // Each of those that there are is kept busy by what comes. `processors`: of this machine.
  void busy(std::size_t lanes, std::size_t processors);
  // A connection ended in the middle, after bytes had come.
  void broke();
  // So many bytes have come in all, over so many connections by now. A try takes long enough to be
  // sure on a way of this round trip.
  void heard(std::uint64_t received, std::size_t lanes, std::chrono::nanoseconds round_trip,
             Instant now);

 private:
  struct Window {
    Instant from{};
    std::uint64_t received = 0;
  };
  void end_window(double rate, Instant now);

  std::size_t allowed_ = 1;
  std::size_t refused_ = std::numeric_limits<std::size_t>::max();  // more than so many
  std::size_t least_ = 1;                                          // for what is known for sure
  std::size_t tried_ = 0;  // more than that, to see what they bring
  bool trying_ = false;    // the last of them is new
  std::optional<Window> window_;
  double before_ = 0;  // bytes a second without the one that is tried
  Instant next_try_{};
  unsigned vain_ = 0;  // tries, one after the other
};

}  // namespace swapmeet::transfer_swarm
