#include "registry/sqlite/feed_readers.h"

#include <algorithm>

namespace swapmeet::registry_sqlite {

FeedReaders::Reader* FeedReaders::find(Revision after) {
  if (after == 0) return nullptr;  // a new first sync
  // Asked again: the answer before was lost on the way.
  const auto found = std::find_if(readers_.rbegin(), readers_.rend(), [&](const Reader& reader) {
    return reader.reached == after || reader.asked == after;
  });
  return found == readers_.rend() ? nullptr : &*found;
}

bool FeedReaders::may_read(Revision after, Revision oldest, Revision latest) {
  const std::lock_guard lock(mutex_);
  const auto* known = find(after);
  Reader reader = known ? *known : Reader{};
  reader.asked = after;
  reader.reached = after;
  reader.idle = 0;
  reader.floor = after == 0 ? latest : std::max(reader.floor, after);
  if (reader.floor < oldest) return false;
  if (known) readers_.erase(readers_.begin() + (known - readers_.data()));
  if (readers_.size() == kMost) readers_.erase(readers_.begin());
  readers_.push_back(reader);
  return true;
}

void FeedReaders::has_read(Revision after, Revision upto) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(readers_.rbegin(), readers_.rend(),
                                  [&](const Reader& reader) { return reader.asked == after; });
  if (found != readers_.rend()) found->reached = upto;
}

Revision FeedReaders::forgettable(Revision latest) {
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [](Reader& reader) { return ++reader.idle > 2; });
  Revision limit = latest;
  for (const auto& reader : readers_) limit = std::min(limit, reader.floor);
  return limit;
}

}  // namespace swapmeet::registry_sqlite
