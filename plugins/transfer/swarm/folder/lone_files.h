// The files of a folder that are fetched alone, one after the other: large ones, and those that the
// peer did not give as it should. Each is an ordinary Transfer, from all sources that the registry
// knows, with a row of its own among the downloads, so that it goes on after a kill.
// Threads: fetch() blocks its thread; interrupt(), set_max_sources() and progress() are for any.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/transfer.h"
#include "transfer/swarm/folder/folder_store.h"
#include "transfer/swarm/folder/lone_record.h"
#include "transfer/swarm/folder/there_already.h"

namespace swapmeet::transfer_swarm {

class LoneFiles {
 public:
  struct Setting {
    std::string folder_id;
    std::filesystem::path target;  // where the folder comes
    bool overwrite = false;
    Source peer;  // whose folder it is; its url is that of the peer, "http://host:port"
    std::filesystem::path place;  // where `target` really is
  };
  // What became of a file; without it: why the folder has to wait.
  struct Fetched {
    std::optional<FileOutcome> outcome;
    TransferEnd end;
  };
  LoneFiles(LoneRecord& record, DownloadOptions options, Setting setting);

  Fetched fetch(const FolderEntry& file);
  // Its outcome is recorded: its row is not needed any more.
  void recorded(const FileOutcome& outcome);
  void interrupt();
  void set_max_sources(std::size_t most);
  TransferProgress progress() const;  // of the one that is being fetched, and its sources

 private:
  Result<StoredDownload> row_for(const FolderEntry& file);
  Fetched outcome_of(const FolderEntry& file, const TransferEnd& end);

  LoneRecord& record_;
  DownloadOptions options_;
  const Setting setting_;
  std::mt19937_64 random_;
  std::atomic<bool> interrupted_{false};
  ThereAlready there_already_;
  std::shared_ptr<Download> download_;  // the last one; with the lock of the record
  mutable std::mutex mutex_;            // guards all below
  std::shared_ptr<Transfer> transfer_;  // while it runs
  std::vector<DownloadSource> gave_;    // in those before
  std::size_t max_sources_;
};

}  // namespace swapmeet::transfer_swarm
