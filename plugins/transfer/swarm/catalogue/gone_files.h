// Files that are in no share any more, remembered for a while: one that was moved is recognised by
// its inode when it turns up again, and need not be read.
// Threads: for one thread, inside a CatalogueWriter's transaction.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class GoneFiles {
 public:
  explicit GoneFiles(sqlite::Database& database);

  // Keeps what is known of this row of files, if a file can be told by its inode there.
  void remember(std::int64_t key, Time now);
  struct Known {
    ContentId content;
    bool checked = false;  // nothing has touched the file since it was read
  };
  // The content of a file that is, or was, in some share under another path.
  std::optional<Known> known(const StoredFile& file);
  // Forgets what has been gone since `time` or longer, and tells its contents.
  std::vector<ContentId> forget(Time time);
  // Whether there is anything to forget.
  static bool any_gone(sqlite::Database& reader, Time time);

 private:
  sqlite::Database& database_;
  sqlite::Statement remember_, known_;
};

}  // namespace swapmeet::transfer_swarm
