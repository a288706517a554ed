// Whose turn it is when readers share a limit and each asks over as many connections as it likes:
// start-time fair queueing (Goyal, Vin and Cheng 1996) by the bytes that each has had. Who has had
// more than another that waits, and by more than one turn, lets that one go first. Who was away
// saves nothing up, and who does not come back when it was told to is waited for no more. Knows no
// clock. Threads: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class FairTurns {
 public:
  // Of one reader, with all its connections.
  struct Share {
    double had = 0;                             // bytes, as all readers count them
    std::optional<Instant> due = std::nullopt;  // it waits, and was told to ask again then
  };

  // It asks for some of the next bytes, of which `turn` go at once. nullopt: it may have them as
  // far as the others are concerned; else when to ask again.
  std::optional<Instant> ask(Share& share, double turn, Instant now);
  // It was told to ask again then, for whatever reason.
  void wait(Share& share, Instant due);
  void serve(Share& share, double bytes);
  // It is gone.
  void forget(Share& share);

 private:
  std::set<std::pair<double, Share*>> waiting_;  // those who have had the least first
  double now_ = 0;                               // what the last who might go had had
};

}  // namespace swapmeet::transfer_swarm
