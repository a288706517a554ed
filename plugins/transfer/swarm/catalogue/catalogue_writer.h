// One writing transaction of the catalogue: its statements prepared once, its revisions numbered
// without a write for each. Without commit() all of it is undone.
// Threads: for one thread, which holds the catalogue's writer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue_records.h"
#include "transfer/swarm/catalogue/gone_files.h"
#include "transfer/swarm/catalogue/partial_rows.h"
#include "transfer/swarm/catalogue/share_rows.h"

namespace swapmeet::transfer_swarm {

class CatalogueWriter {
 public:
  // `now` is when whatever goes in this transaction is gone.
  CatalogueWriter(sqlite::Database& database, Time now);

  ShareRows& shares() { return shares_; }

  // Of a file in a share; `prefix` is ShareRows::prefix_of that share.
  void put(std::int64_t share, const std::string& prefix, const StoredFile& file,
           const ContentId& content);
  void put_layer(const MerkleTree& tree);
  // What is new of them is told in the feed, for all files of the content.
  void put_attributes(const ContentId& content, const ReadAttributes& read);
  void drop(std::int64_t share, const std::string& prefix, const std::string& path);
  // Of every file of the share: a new revision, a removal in the feed, or both and gone.
  void renew_all(std::int64_t share, const std::string& prefix);
  void withdraw_all(std::int64_t share, const std::string& prefix);
  void drop_all(std::int64_t share, const std::string& prefix);
  void put_partial(const std::string& id, const PartialListing& listing);
  void drop_partial(const std::string& id);
  void drop_all_partial();
  // Takes in a file that moved here, as it is known by its inode, size and time. False: it has to
  // be read, also if it was taken in.
  bool adopt(std::int64_t share, const std::string& prefix, StoredFile file,
             const std::function<bool(const StoredFile&)>& may_be);
  // The ctime of a file that is as it was.
  void restamp(std::int64_t share, const StoredFile& file);
  void forget_gone(Time since);

  sqlite::Database& database() { return database_; }
  // True when revisions were given out.
  bool commit();

 private:
  Revision next() { return ++latest_; }
  using Each = std::function<void(std::int64_t key, const std::string& path)>;
  void for_each_file(std::int64_t share, const Each& each);
  void tell_removed(const std::vector<std::string>& paths);
  void forget_old_removals();
  void renew(const ContentId& content);
  std::int64_t reader_key(const std::string& version);
  // Puts a file in the place of one that has this path, and tells whether the feed has news of it.
  void replace(std::int64_t share, const StoredFile& file, const ContentId& content);
  void bind(sqlite::Statement& row, std::int64_t share, const StoredFile& file,
            const ContentId& content, Revision revision);
  // What was known of a content, if no file has it any more.
  void forget(const ContentId& content);

  sqlite::Database& database_;
  const Time now_;
  sqlite::Transaction transaction_;
  ShareRows shares_;
  GoneFiles gone_;
  PartialRows partial_;
  const Revision began_;
  Revision latest_;
  bool removed_ = false;
  bool any_removed_;  // or there were before
  std::string last_reader_;
  std::int64_t last_reader_key_ = 0;
  sqlite::Statement find_, insert_, replace_, restamp_, layer_, unremove_, remove_, erase_,
      forget_layer_, forget_attributes_;
};

}  // namespace swapmeet::transfer_swarm
