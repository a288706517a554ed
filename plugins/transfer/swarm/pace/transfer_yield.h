// Leaves processors and memory to transfers while these need them: as long as they move more bytes
// than a fast network carries, whoever asks before each block of its own work spends most of the
// time asleep.
// Threads: for one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace swapmeet::transfer_swarm {

class TransferYield {
 public:
  // `moved`: bytes that transfers have moved so far; may be empty.
  explicit TransferYield(std::function<std::uint64_t()> moved);
  void before_block();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  void look(Instant now);

  const std::function<std::uint64_t()> moved_;
  Instant looked_;
  std::uint64_t moved_then_ = 0;
  bool is_busy_ = false;
  Instant working_since_;
};

}  // namespace swapmeet::transfer_swarm
