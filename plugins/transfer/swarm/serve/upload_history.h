// Who took what from here, as far back as so many uploads: in a database of its own, which never
// grows beyond that.
// Threads: thread-safe; every call may wait for the disk. The constructor throws sqlite::Failure.
#pragma once

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <span>
#include <vector>

#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/uploads.h"

namespace swapmeet::transfer_swarm {

class UploadHistory {
 public:
  explicit UploadHistory(const std::filesystem::path& file);
  static std::span<const char* const> migrations();

  // Keeps the newest `most` of them; 0: none, and none is added.
  Result<void> set_most(std::size_t most);
  Result<void> add(const std::vector<UploadStatus>& ended);
  Result<Page<UploadStatus>> page(const PageRequest& page);  // newest first

 private:
  void trim();
  std::mutex mutex_;  // guards all below
  sqlite::Database database_;
  std::size_t most_ = 10'000;
};

}  // namespace swapmeet::transfer_swarm
