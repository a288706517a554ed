// Tells others what happens in the registry: events for whoever listens.
// Threads: none of its own; what it was given to call must be thread-safe.
#pragma once

#include <functional>

#include "registry/sqlite/peer_listings.h"
#include "registry/sqlite/presence.h"
#include "swapmeet/event.h"
#include "swapmeet/registry.h"

namespace swapmeet::registry_sqlite {

class RegistryNews {
 public:
  explicit RegistryNews(std::function<void(const Event&)> publish) : publish_(std::move(publish)) {}

  // peer.joined, peer.left, peer.lapsed
  void tell(PresenceChange what, const PeerRecord& peer) const;
  // listing.added and listing.removed, where there are any.
  void tell(const ListingNews& news) const;

 private:
  const std::function<void(const Event&)> publish_;
};

}  // namespace swapmeet::registry_sqlite
