// All folders that are being fetched, for the queue of downloads: what is in each, and the jobs
// that fetch them. Threads: thread-safe.
#pragma once

#include <memory>
#include <string>

#include "transfer/swarm/fetch/folder_downloads.h"
#include "transfer/swarm/folder/folder_record.h"
#include "transfer/swarm/folder/lone_files.h"

namespace swapmeet::transfer_swarm {

class FolderJobs final : public FolderDownloads {
 public:
  // Throws sqlite::Failure.
  explicit FolderJobs(const DownloadOptions& options);

  Result<Page<Listing>> look(const PeerFolder& folder) override;
  Result<FolderStanding> begin(const StoredDownload& download, const Page<Listing>& first) override;
  Result<FolderStanding> standing(const std::string& id) override { return record_.standing(id); }
  std::shared_ptr<RunningDownload> job(const StoredDownload& download,
                                       DownloadOptions options) override;
  Result<Page<FolderFile>> files(const std::string& id, const PageRequest& page) override {
    return record_.open_files(id, page);
  }
  Result<void> retry(const std::string& id) override;
  Result<void> remove(const StoredDownload& download) override;

 private:
  Registry* const registry_;
  const PeerId self_;
  const OwnShares own_;
  GrowingFiles* const growing_;
  FolderRecord record_;
  LoneRecord lone_;
};

}  // namespace swapmeet::transfer_swarm
