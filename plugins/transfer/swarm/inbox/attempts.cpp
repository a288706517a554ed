#include "transfer/swarm/inbox/attempts.h"

namespace swapmeet::transfer_swarm {

bool Attempts::due(const std::string& id, Instant now) const {
  const auto found = tried_.find(id);
  return found == tried_.end() || found->second.next <= now;
}

void Attempts::failed(const std::string& id, Instant now) {
  auto& tried = tried_[id];
  tried.next = now + backoff_pause(waits_, tried.failures++, 0);
}

}  // namespace swapmeet::transfer_swarm
