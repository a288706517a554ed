// The two ways into the index's state. For the index's own files.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <shared_mutex>

#include "search/memory/index.h"

namespace swapmeet::search_memory {

// Readers pass the gate one by one and let each other be; a writer holds it until it is done, so
// that a crowd of readers cannot keep it out. It opens in the order in which they came, so that a
// writer that comes again at once cannot keep readers out either.
class Index::Reading {
 public:
  explicit Reading(const Index& index) {
    {
      const std::lock_guard pass(index.gate_);
      lock_ = std::shared_lock(index.lock_);
    }
  }

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

class Index::Writing {
 public:
  explicit Writing(Index& index)
      : asked_(Steady::now()), pass_(index.gate_), lock_(index.lock_), began_(Steady::now()) {}

  // Who has much to change lets the others in then: after as long as it had to wait for them.
  bool is_over() const {
    return Steady::now() - began_ > std::max<Steady::duration>(kLeast, began_ - asked_);
  }

 private:
  using Steady = std::chrono::steady_clock;
  static constexpr std::chrono::microseconds kLeast{300};
  const Steady::time_point asked_;
  std::unique_lock<Turns> pass_;
  std::unique_lock<std::shared_mutex> lock_;
  const Steady::time_point began_;
};

}  // namespace swapmeet::search_memory
