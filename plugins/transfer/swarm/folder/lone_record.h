// The rows that files of folders have among the downloads while they are fetched alone, for all
// folders at once.
// Threads: `record` is for whoever has the lock; the functions take it themselves.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/download_record.h"
#include "transfer/swarm/pieces/growing_files.h"

namespace swapmeet::transfer_swarm {

struct LoneRecord {
  // Throws sqlite::Failure.
  explicit LoneRecord(const std::filesystem::path& database) : record(database) {}
  // Sources that lied to files of that folder get a chance.
  Result<void> forgive(const std::string& folder_id);
  // Forgets the files of that folder, and deletes what has come of them. `growing` may be null.
  Result<void> remove_all(const std::string& folder_id, GrowingFiles* growing);

  std::mutex mutex;
  DownloadRecord record;
};

}  // namespace swapmeet::transfer_swarm
