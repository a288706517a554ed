// What the queue asks of those who fetch folders: a folder is one of its downloads, and what is in
// it is theirs. They keep the files of each folder, and how these stand, in the queue's database.
// Threads: thread-safe. Every call may wait for the disk.
#pragma once

#include <memory>
#include <string>

#include "swapmeet/downloads.h"
#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/fetch/running_download.h"

namespace swapmeet::transfer_swarm {

// How a folder that does not run stands.
struct FolderStanding {
  FolderCounts counts;
  std::uint64_t size = 0;
  std::uint64_t done = 0;
};

class FolderDownloads {
 public:
  virtual ~FolderDownloads() = default;
  // What the registry tells first of what is in it. `not_found`: the peer shares no such folder.
  // May wait for the registry.
  virtual Result<Page<Listing>> look(const PeerFolder& folder) = 0;
  // Begins a folder's download, or begins it anew, with that; durable when it returns ok.
  virtual Result<FolderStanding> begin(const StoredDownload& download,
                                       const Page<Listing>& first) = 0;
  virtual Result<FolderStanding> standing(const std::string& id) = 0;
  virtual std::shared_ptr<RunningDownload> job(const StoredDownload& download,
                                               DownloadOptions options) = 0;
  virtual Result<Page<FolderFile>> files(const std::string& id, const PageRequest& page) = 0;
  // Those that failed get another chance.
  virtual Result<void> retry(const std::string& id) = 0;
  // Forgets it, and deletes what is not done; what is done stays.
  virtual Result<void> remove(const StoredDownload& download) = 0;
};

}  // namespace swapmeet::transfer_swarm
