#include "transfer/swarm/serve/reader_names.h"

#include <chrono>
#include <vector>

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostKnown = 1'000;
constexpr std::size_t kAtOnce = 4;  // look-ups
constexpr auto kKnownFor = 10min;
constexpr auto kUnknownFor = 30s;

}  // namespace

void ReaderNames::name(UploadStatus& upload) {
  if (registry_ == nullptr || upload.peer.is_zero()) return;
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(upload.peer);
  if (found == known_.end() || found->second.until <= clock_.steady()) {
    if (missed_.size() < kMostKnown) missed_.insert(upload.peer);
    if (found == known_.end()) return;
  }
  const auto& known = found->second;
  upload.peer_name = known.name;
  upload.at_home = !known.name.empty() &&
                   (upload.address == known.address || upload.address == known.seen_address);
}

void ReaderNames::look_up() {
  std::vector<PeerId> wanted;
  {
    const std::lock_guard lock(mutex_);
    while (!missed_.empty() && wanted.size() < kAtOnce)
      wanted.push_back(missed_.extract(missed_.begin()).value());
  }
  for (const auto& id : wanted) {
    const auto peer = registry_->peer(id);
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    if (known_.size() >= kMostKnown)
      std::erase_if(known_, [&](const auto& one) { return one.second.until <= now; });
    if (known_.size() >= kMostKnown) known_.clear();
    known_[id] = peer ? Known{peer->name, peer->address, peer->seen_address, now + kKnownFor}
                      : Known{"", "", "", now + kUnknownFor};
  }
}

}  // namespace swapmeet::transfer_swarm
