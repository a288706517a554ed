// When each offer is tried again: at once at first, then after waits that double with each failure.
// It is kept in memory only, so after a restart everything is tried at once.
// Threads: no lock of its own; OfferBook guards it. Reads no clock.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "swapmeet/backoff.h"
#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class Attempts {
 public:
  explicit Attempts(const BackoffLimits& waits) : waits_(waits) {}

  bool due(const std::string& id, Instant now) const;
  void failed(const std::string& id, Instant now);
  void forget(const std::string& id) { tried_.erase(id); }

 private:
  struct Tried {
    unsigned failures = 0;
    Instant next{};
  };
  const BackoffLimits waits_;
  std::map<std::string, Tried> tried_;
};

}  // namespace swapmeet::transfer_swarm
