#include "search/memory/peer_table.h"

namespace swapmeet::search_memory {

Number PeerTable::number_of(const PeerId& id) {
  const auto found =
      numbers_.find(hash_of_id(salt_, id), [&](Number one) { return peers_[one].id == id; });
  if (found != kNone) return found;
  peers_.emplace_back().id = id;
  const auto number = static_cast<Number>(peers_.size() - 1);
  numbers_.insert(number, [&](Number one) { return hash_of_id(salt_, peers_[one].id); });
  return number;
}

std::vector<bool> PeerTable::named(std::string_view folded) const {
  std::vector<bool> named;
  named.reserve(peers_.size());
  for (const auto& peer : peers_)
    named.push_back(peer.folded_name == folded || peer.id.text() == folded);
  return named;
}

void PeerTable::save_rows(SnapshotWriter& out) const {
  out.number(peers_.size());
  for (const auto& peer : peers_) {
    out.bytes(peer.id.bytes.data(), peer.id.bytes.size());
    out.text(peer.folded_name);
    out.number(peer.present ? 1 : 0);
    out.number(peer.first);
  }
}

void PeerTable::load_rows(SnapshotReader& in) {
  for (auto left = in.number(); left > 0; --left) {
    auto& peer = peers_.emplace_back();
    in.bytes(peer.id.bytes.data(), peer.id.bytes.size());
    peer.folded_name = in.text();
    peer.present = in.number() != 0;
    peer.first = static_cast<Number>(in.number());
  }
}

}  // namespace swapmeet::search_memory
