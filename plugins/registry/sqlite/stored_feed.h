// The registry as a feed: listings, removals and presence in one order, by revision, as they stand
// in the database. Knows which removals may be forgotten (FeedReaders).
// Threads: thread-safe; reading has readers of its own, prune() is the writer's.
#pragma once

#include <cstddef>
#include <string>

#include "registry/sqlite/feed_readers.h"
#include "registry/sqlite/writer.h"
#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

class StoredFeed {
 public:
  // Keeps the last `keep_removed` removals, and more while a reader needs them.
  StoredFeed(std::string id, sqlite::ReaderPool& readers, std::size_t keep_removed)
      : id_(std::move(id)), readers_(readers), keep_removed_(keep_removed) {}

  FeedState state();
  // `conflict`: it does not reach from there; the reader starts over.
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit);
  // Forgets removals beyond those that are kept; how many. Commits when it has forgotten some.
  std::size_t prune(Writing& writing);

 private:
  const std::string id_;
  sqlite::ReaderPool& readers_;
  const std::size_t keep_removed_;
  FeedReaders being_read_;
};

}  // namespace swapmeet::registry_sqlite
