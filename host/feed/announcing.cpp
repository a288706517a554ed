#include "host/feed/announcing.h"

namespace swapmeet {

Result<FeedPosition> Announcing::applied() {
  {
    const std::lock_guard lock(mutex_);
    if (stands_) return *stands_;
  }
  // Not remembered: it may be told to doubt while it asks.
  return registry_.announced(peer_);
}

Result<void> Announcing::apply(const ChangeBatch& batch) {
  doubt();
  auto position = registry_.announce(peer_, token_, batch);
  if (!position) return std::move(position).error();
  const std::lock_guard lock(mutex_);
  stands_ = std::move(*position);
  return {};
}

void Announcing::doubt() {
  const std::lock_guard lock(mutex_);
  stands_.reset();
}

}  // namespace swapmeet
