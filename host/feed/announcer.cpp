#include "host/feed/announcer.h"

namespace swapmeet {

Result<FeedPosition> Announcer::applied() {
  {
    const std::lock_guard lock(mutex_);
    if (stands_) return *stands_;
  }
  // Not remembered: it may be told to doubt while it asks.
  return registry_.announced(peer_, token_);
}

Result<void> Announcer::apply(const ChangeBatch& batch) {
  doubt();
  auto position = registry_.announce(peer_, token_, batch);
  if (!position) return std::move(position).error();
  const std::lock_guard lock(mutex_);
  stands_ = std::move(*position);
  return {};
}

void Announcer::doubt() {
  const std::lock_guard lock(mutex_);
  stands_.reset();
}

}  // namespace swapmeet
