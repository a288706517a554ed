// What the queue makes durable: a download as it stands, the plan of a running one as it proceeds,
// and what each source gave. A download in memory changes only when the database has taken the
// change.
// Threads: one at a time (its queue holds a lock). Every call may wait for the disk.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "transfer/swarm/fetch/download.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {

class DownloadRecord {
 public:
  // Throws sqlite::Failure.
  explicit DownloadRecord(const std::filesystem::path& database) : store_(database) {}

  // What earlier runs of the host left, oldest first. Those that ran or waited are queued again.
  std::vector<StoredDownload> all();
  // The same of a folder's download: its files that have records of their own.
  Result<std::vector<StoredDownload>> children(const std::string& parent);

  // All below: durable when it returns ok.
  Result<void> keep(Download& download);
  // Puts `kept` in place of what is kept of it.
  Result<void> replace(Download& download, StoredDownload kept);
  // What a running download has come to. `cancelled`: nobody wants to know.
  Result<void> keep_plan(Download& download, const TransferPlan& plan);
  // What its sources gave.
  Result<void> keep_history(const Download& download);
  Result<void> remove(const Download& download);
  // Of many at once, as one change.
  Result<void> keep(const std::vector<DownloadPointer>& downloads);
  Result<void> remove(const std::vector<DownloadPointer>& downloads);

  // Its plan with the Merkle layer, ready to run.
  TransferPlan plan_of(Download& download);

 private:
  DownloadStore store_;
};

}  // namespace swapmeet::transfer_swarm
