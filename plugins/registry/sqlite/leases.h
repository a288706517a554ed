// Until when each peer counts as present without renewing. Kept in memory: a renewal that changes
// nothing writes nothing.
// Threads: none of its own, no lock and no clock; Presence guards it.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/time.h"

namespace swapmeet::registry_sqlite {

class Leases {
 public:
  explicit Leases(std::chrono::seconds length) : length_(length) {}
  std::chrono::seconds length() const { return length_; }

  // A whole lease from now on, whether the peer had one or not.
  void extend(const PeerId& peer, Instant now) { deadlines_[peer] = now + length_; }
  bool has(const PeerId& peer) const { return deadlines_.contains(peer); }
  // How long ago it was extended; nullopt: the peer has none.
  std::optional<Instant::duration> age(const PeerId& peer, Instant now) const {
    const auto found = deadlines_.find(peer);
    if (found == deadlines_.end()) return std::nullopt;
    return length_ - (found->second - now);
  }
  void end(const PeerId& peer) { deadlines_.erase(peer); }
  // Whose lease has run out by now. They keep it until it is ended.
  std::vector<PeerId> late(Instant now) const;

 private:
  const std::chrono::seconds length_;
  std::map<PeerId, Instant> deadlines_;
};

}  // namespace swapmeet::registry_sqlite
