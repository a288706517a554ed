// One writing transaction of the catalogue: its statements prepared once, its revisions numbered
// without a write for each. Without commit() all of it is undone.
// Threads: for one thread, which holds the catalogue's writer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/catalogue/catalogue.h"

namespace swapmeet::transfer_swarm {

std::string text_of(const Audience& audience);
Audience audience_from(const std::string& text);

class CatalogueWriter {
 public:
  explicit CatalogueWriter(sqlite::Database& database);

  std::optional<StoredShare> find_share(const std::string& name);
  // What its listings' paths begin with: its name and '/'. nullopt: the share is gone.
  std::optional<std::string> prefix_of(std::int64_t share);

  void put(std::int64_t share, const std::string& prefix, const StoredFile& file,
           const ContentId& content);
  void put_layer(const MerkleTree& tree);
  void drop(std::int64_t share, const std::string& prefix, const std::string& path);
  // Of every file of the share: a new revision, a removal in the feed, or both and gone.
  void renew_all(std::int64_t share, const std::string& prefix);
  void withdraw_all(std::int64_t share, const std::string& prefix);
  void drop_all(std::int64_t share, const std::string& prefix);
  void forget_unused_layer(const ContentId& content) { forget_layer_.with(content).run(); }
  void put_partial(const std::string& id, const PartialListing& listing);
  void drop_partial(const std::string& id);  // empty: all
  // The content of a file that moved here, by its inode, size and time.
  std::optional<ContentId> known(const StoredFile& file);

  sqlite::Database& database() { return database_; }
  // True when revisions were given out.
  bool commit();

 private:
  Revision next() { return ++latest_; }
  using Each = std::function<void(std::int64_t key, const std::string& path)>;
  void for_each_file(std::int64_t share, const Each& each);
  void remember(std::int64_t key);
  void forget_old_removals();

  sqlite::Database& database_;
  sqlite::Transaction transaction_;
  const Revision began_;
  Revision latest_;
  bool removed_ = false;
  bool any_removed_;  // or there were before
  sqlite::Statement find_, insert_, replace_, layer_, unremove_, remove_, erase_, remember_,
      forget_layer_, known_;
};

}  // namespace swapmeet::transfer_swarm
