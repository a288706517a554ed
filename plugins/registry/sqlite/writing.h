// One transaction of the registry's writer: gives out revisions, and writes the last one back when
// it commits. For the store's own files.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "registry/sqlite/store.h"

namespace swapmeet::registry_sqlite {

// A peer's row as a transaction changes it; what is counted goes back in one statement.
struct Store::Peer {
  std::int64_t key = 0;
  PeerId id;
  FeedPosition announced;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  bool has_removed = false;  // there may be rows of it in `removed`
};

class Store::Writing {
 public:
  explicit Writing(Store& store)
      : store_(store),
        lock_(store.mutex_),
        transaction_(store.writer_),
        latest_(static_cast<Revision>(
            store.writer_.integer("SELECT value FROM meta WHERE name='latest'"))) {}

  Revision next_revision() { return ++latest_; }
  Revision latest() const { return latest_; }

  ContentIndex::Edit& contents() { return contents_; }

  void commit() {
    store_.contents_.write(contents_);
    store_.writer_.keep("UPDATE meta SET value=? WHERE name='latest'")->with(latest_).run();
    transaction_.commit();
    store_.contents_.committed(contents_);
    store_.writer_.checkpoint(store_.options_.log_pages);
  }

 private:
  Store& store_;
  const std::lock_guard<std::mutex> lock_;
  sqlite::Transaction transaction_;
  Revision latest_;
  ContentIndex::Edit contents_;
};

}  // namespace swapmeet::registry_sqlite
