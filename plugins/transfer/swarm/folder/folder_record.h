// What is recorded of folders, for all who fetch them at the same time.
// Threads: thread-safe. Every call may wait for the disk; what changes something is durable when it
// returns ok.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "transfer/swarm/folder/folder_store.h"

namespace swapmeet::transfer_swarm {

class FolderRecord {
 public:
  // Throws sqlite::Failure.
  explicit FolderRecord(const std::filesystem::path& database) : store_(database) {}

  // A folder without files, in place of what is there.
  Result<void> begin(const std::string& id);
  Result<void> add(const std::string& id, const std::vector<FolderEntry>& files,
                   const ListingCursor& cursor);
  Result<void> record(const std::string& id, std::span<const FileOutcome> outcomes);
  Result<void> retry(const std::string& id);
  Result<void> forget_done(const std::string& id);
  Result<void> remove(const std::string& id);

  Result<FolderStanding> standing(const std::string& id);
  Result<ListingCursor> cursor(const std::string& id);
  Result<std::vector<FolderEntry>> files(const std::string& id, FileState state,
                                         const std::optional<FileKey>& after, std::size_t most);
  // Those that are not done, in order of path.
  Result<Page<FolderFile>> open_files(const std::string& id, const PageRequest& page);

 private:
  Result<void> forget(const std::string& id, bool only_done);
  template <class Work>
  auto with_store(Work&& work) {
    const std::lock_guard lock(mutex_);
    return sqlite::attempt(std::forward<Work>(work));
  }
  std::mutex mutex_;  // guards the store
  FolderStore store_;
};

}  // namespace swapmeet::transfer_swarm
