// One folder's download while it runs: reads the listing to its end, has the small files fetched
// over one connection to the peer and all others alone, and says how the folder stands. The small
// files come down in batches (Landing); nothing is done for each of them but what must be.
// Threads: run() blocks its thread and fetches the files that are fetched alone. One more reads the
// listing, one fetches small files, and one brings them to the disk. All other methods are
// thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "transfer/swarm/fetch/running_download.h"
#include "transfer/swarm/fetch/source_users.h"
#include "transfer/swarm/folder/folder_record.h"
#include "transfer/swarm/folder/lone_files.h"
#include "transfer/swarm/folder/small_lane.h"

namespace swapmeet::transfer_swarm {

class FolderJob final : public RunningDownload {
 public:
  FolderJob(FolderRecord& record, LoneRecord& lone, StoredDownload download,
            DownloadOptions options);
  ~FolderJob() override;

  TransferEnd run() override;
  void interrupt() override;
  void set_max_sources(std::size_t most) override;
  bool add(const std::vector<Source>&) override { return true; }  // it has its peer
  void withdraw(const Source&) override {}
  TransferProgress progress() const override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  // What small files need while they come.
  struct Small;

  TransferEnd fetch();
  Result<void> find_peer();
  Result<void> open_small();
  SmallLane::Setting lane_setting();
  std::string ticket_after(const std::string& old);
  void read_listing();
  void fetch_small();
  void fetch_alone();
  // False: the folder has to wait.
  bool fetch_alone(const FolderEntry& file);
  Result<std::optional<FolderEntry>> next_alone();
  Result<void> record(std::span<const FileOutcome> outcomes);
  void look_at_record();
  void stop_for(const TransferEnd& end);
  void end_threads();
  TransferEnd finish();
  bool goes_on() const { return !interrupted_ && !stopped_; }

  FolderRecord& record_;
  LoneRecord& lone_record_;
  const StoredDownload download_;
  DownloadOptions options_;
  const std::string& id_;  // of the download
  std::thread listing_;
  std::thread fetching_;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> stopped_{false};  // the folder has to wait
  std::optional<FileKey> passed_;     // a file that is fetched alone, and has to wait
  mutable std::mutex mutex_;          // guards all below, and what the pointers are
  std::condition_variable changed_;
  Source peer_;           // its url is "http://host:port"; empty before find_peer()
  SourceUsers::Use use_;  // of the peer
  std::string ticket_;    // by which the peer knows this host's account; may be empty
  Instant ticketed_{};    // when the index was asked for that
  std::unique_ptr<Small> small_;
  std::unique_ptr<LoneFiles> lone_;
  FolderStanding standing_;               // as it is recorded
  std::optional<TransferEnd> end_;        // why the folder has to wait
  std::optional<TransferEnd> small_end_;  // why its small files have to
  std::optional<TransferEnd> alone_end_;  // why one that is fetched alone has to
  bool listing_over_ = false;
  bool small_over_ = false;       // or they have to wait
  bool alone_over_ = false;       // the same
  std::uint64_t alone_news_ = 1;  // there may be more files that are fetched alone
  std::uint64_t proven_ = 0;      // bytes of small files
  mutable std::uint64_t measured_bytes_ = 0;
  mutable std::optional<Instant> measured_;
  mutable std::uint64_t rate_ = 0;
};

}  // namespace swapmeet::transfer_swarm
