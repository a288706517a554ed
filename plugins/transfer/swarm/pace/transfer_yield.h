// Leaves processors and memory to transfers while these need them. As long as they move more bytes
// than a fast network carries, a thread that asks before each block of its own work is told to
// spend most of its time asleep. The hashing threads of a scan ask. The time is an argument, and
// the caller sleeps, so that it can be woken.
// Threads: for one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class TransferYield {
 public:
  // `moved`: bytes that transfers have moved so far; may be empty.
  TransferYield(std::function<std::uint64_t()> moved, Instant now);
  // Before each block of work: how long to sleep first. Zero: not at all.
  Instant::duration pause(Instant now);
  // After such a sleep, however long it was.
  void resume(Instant now) { working_since_ = now; }

 private:
  void look(Instant now);

  const std::function<std::uint64_t()> moved_;
  Instant looked_;
  std::uint64_t moved_then_ = 0;
  bool is_busy_ = false;
  Instant working_since_;
};

}  // namespace swapmeet::transfer_swarm
