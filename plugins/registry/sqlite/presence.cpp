#include "registry/sqlite/presence.h"

#include <algorithm>
#include <utility>

namespace swapmeet::registry_sqlite {

Presence::Presence(Store& store, const Clock& clock, std::chrono::seconds lease,
                   std::function<void()> changed, News news)
    : store_(store),
      clock_(clock),
      changed_(std::move(changed)),
      news_(std::move(news)),
      leases_(lease) {
  for (const auto& peer : store_.present_peers()) leases_.extend(peer, clock_.steady());
}

void Presence::register_peer(const StoredPeer& peer) {
  {
    const std::lock_guard lock(mutex_);
    store_.put_peer(peer);
    const bool was_present = leases_.has(peer.record.id);
    leases_.extend(peer.record.id, clock_.steady());
    if (!was_present) tell(PresenceChange::joined, {&peer.record.id, 1});
  }
  changed_();
}

void Presence::renew(const PeerId& peer) {
  {
    const std::lock_guard lock(mutex_);
    if (leases_.has(peer)) return leases_.extend(peer, clock_.steady());
  }
  come_back(peer);
}

void Presence::leave(const PeerId& peer) {
  const std::lock_guard lock(mutex_);
  set_present({peer}, false);
  if (leases_.has(peer)) tell(PresenceChange::left, {&peer, 1});
  leases_.end(peer);
}

bool Presence::forget(const PeerId& peer) {
  {
    const std::lock_guard lock(mutex_);
    if (leases_.has(peer)) {
      set_present({peer}, false);
      tell(PresenceChange::left, {&peer, 1});
    }
    leases_.end(peer);
  }
  const bool was_there = store_.forget(peer);  // for as long as it takes: others come and go
  {
    const std::lock_guard lock(mutex_);
    if (!store_.peer(peer)) leases_.end(peer);  // it had renewed meanwhile, but not registered anew
  }
  changed_();
  return was_there;
}

// After an outage thousands are back at once: whoever gets the lock lets all in that wait for it,
// in one transaction.
void Presence::come_back(const PeerId& peer) {
  {
    const std::lock_guard lock(returning_mutex_);
    returning_.push_back(peer);
  }
  const std::lock_guard lock(mutex_);
  const bool is_back = leases_.has(peer);  // another let it in, or it registered
  std::vector<PeerId> all{peer};           // the list may have gone with one that failed
  {
    const std::lock_guard taking(returning_mutex_);
    std::erase(returning_, peer);
    if (!is_back) {
      all.insert(all.end(), returning_.begin(), returning_.end());
      returning_.clear();
    }
  }
  if (!is_back) set_present(all, true);
  std::vector<PeerId> joined;
  for (const auto& one : all) {
    if (!leases_.has(one)) joined.push_back(one);
    leases_.extend(one, clock_.steady());
  }
  tell(PresenceChange::joined, joined);
}

std::vector<PeerId> Presence::expire() {
  const std::lock_guard lock(mutex_);
  auto late = leases_.late(clock_.steady());
  if (late.empty()) return late;
  set_present(late, false);
  for (const auto& peer : late) leases_.end(peer);
  tell(PresenceChange::lapsed, late);
  return late;
}

void Presence::add_last_seen(std::span<PeerRecord> peers) {
  const auto now = clock_.now();
  const auto steady = clock_.steady();
  const std::lock_guard lock(mutex_);
  for (auto& peer : peers)
    if (const auto age = leases_.age(peer.id, steady); age && peer.present)
      peer.last_seen = now - std::chrono::duration_cast<Time::duration>(*age);
}

void Presence::tell(PresenceChange what, std::span<const PeerId> peers) const {
  if (news_ && !peers.empty()) news_(what, peers);
}

// With mutex_ held.
void Presence::set_present(const std::vector<PeerId>& peers, bool present) {
  store_.set_present(peers, present, clock_.now());
  changed_();
}

}  // namespace swapmeet::registry_sqlite
