// A registry as the follower of a peer's catalogue. The registry is asked where it stands once, and
// not before every batch: what it answered to the last one says it, until something goes wrong.
// Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "swapmeet/feed.h"
#include "swapmeet/registry.h"

namespace swapmeet {

class Announcer final : public ChangeFollower {
 public:
  Announcer(Registry& registry, PeerId peer, std::string token)
      : registry_(registry), peer_(peer), token_(std::move(token)) {}

  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;
  // The registry may have forgotten: it is asked again.
  void doubt();

 private:
  Registry& registry_;
  const PeerId peer_;
  const std::string token_;
  std::mutex mutex_;
  std::optional<FeedPosition> stands_;
};

}  // namespace swapmeet
