#include "transfer/swarm/inbox/attempts.h"

#include "transfer/swarm/base/backoff.h"

namespace swapmeet::transfer_swarm {

bool Attempts::due(const std::string& id, Instant now) const {
  const auto found = tried_.find(id);
  return found == tried_.end() || found->second.next <= now;
}

void Attempts::failed(const std::string& id, Instant now) {
  auto& tried = tried_[id];
  tried.next = now + doubled_wait(waits_.first, waits_.longest, tried.failures++);
}

}  // namespace swapmeet::transfer_swarm
