// Which peers are present: their leases in memory and what the store says of them, which change
// together. Everybody who was present at the start gets one whole lease to come back.
// Threads: thread-safe; whoever changes the store waits for its writer.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "registry/sqlite/leases.h"
#include "registry/sqlite/store.h"
#include "swapmeet/time.h"

namespace swapmeet::registry_sqlite {

enum class PresenceChange : std::uint8_t { joined, left, lapsed };

class Presence {
 public:
  using News = std::function<void(PresenceChange, std::span<const PeerId>)>;
  // Store and clock outlive it. `changed`: something new is in the feed. `news`, if any: the same
  // for people, in order; nobody else joins or leaves meanwhile, so it must be quick.
  Presence(Store& store, const Clock& clock, std::chrono::seconds lease,
           std::function<void()> changed, News news = {});
  std::chrono::seconds lease() const { return leases_.length(); }

  // Puts the peer into the store, present.
  void register_peer(const StoredPeer& peer);
  // The peer is in the store; it is present from now on, if it was not.
  void renew(const PeerId& peer);
  void leave(const PeerId& peer);
  // Out of the store, with its listings; false: it was not there.
  bool forget(const PeerId& peer);
  // Makes those absent whose lease has run out, and tells who they are.
  std::vector<PeerId> expire();
  // Puts into the records of those who are present when they were last heard of.
  void add_last_seen(std::span<PeerRecord> peers);

 private:
  void come_back(const PeerId& peer);
  void set_present(const std::vector<PeerId>& peers, bool present);
  void tell(PresenceChange what, std::span<const PeerId> peers) const;

  Store& store_;
  const Clock& clock_;
  const std::function<void()> changed_;
  const News news_;
  // Held while the store is written: a renewal in between would leave a peer with a lease that is
  // absent, or the other way round.
  std::mutex mutex_;
  Leases leases_;
  std::mutex returning_mutex_;  // after mutex_
  std::vector<PeerId> returning_;
};

}  // namespace swapmeet::registry_sqlite
