#include "registry/sqlite/leases.h"

namespace swapmeet::registry_sqlite {

std::vector<PeerId> Leases::late(Instant now) const {
  std::vector<PeerId> peers;
  for (const auto& [peer, deadline] : deadlines_)
    if (deadline <= now) peers.push_back(peer);
  return peers;
}

}  // namespace swapmeet::registry_sqlite
