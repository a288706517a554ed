// The downloads of this host: keeps what the person asked for in a database, and fetches it from
// several peers at once, every piece proven against the content id before it reaches the disk.
// Accepted downloads go on by themselves, across restarts, until they are done, paused or
// cancelled. Without a source they wait and look again. The queue decides who runs (DownloadLine),
// makes it durable (DownloadRecord) and tells others (DownloadNews); a Transfer does the fetching,
// or, of a whole folder, who was given for that (FolderDownloads).
// Threads: thread-safe. One thread schedules. A running download has three threads of its own and
// one for each connection to a source.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/downloads.h"
#include "transfer/swarm/fetch/download_line.h"
#include "transfer/swarm/fetch/download_news.h"
#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/download_order.h"
#include "transfer/swarm/fetch/download_plan.h"
#include "transfer/swarm/fetch/download_record.h"
#include "transfer/swarm/fetch/folder_downloads.h"
#include "transfer/swarm/fetch/offer_downloads.h"
#include "transfer/swarm/fetch/transfer.h"

namespace swapmeet::transfer_swarm {

class DownloadQueue final : public OfferDownloads {
 public:
  // Makes who fetches folders, once the database is there. May throw sqlite::Failure.
  using Folders = std::function<std::unique_ptr<FolderDownloads>(const DownloadOptions& options)>;
  // Opens the database and goes on with what it holds. `corrupt`, `no_space`: the database.
  // Without `folders` folders are `unsupported`.
  static Result<std::unique_ptr<DownloadQueue>> open(DownloadOptions options,
                                                     const Folders& folders = {});
  ~DownloadQueue() override;
  // Tells all transfers to end and returns at once; they go on when the queue is opened again.
  void interrupt();
  // Interrupts and waits, two seconds at most unless the registry takes longer. Idempotent.
  void stop();
  // From now on, also for those that run; those that wait try again.
  void set_limits(const DownloadLimits& limits);

  Result<DownloadStatus> start(const DownloadRequest& request) override;
  Result<DownloadStatus> start_folder(const FolderRequest& request) override;
  Result<DownloadPage> list(const DownloadQuery& query) override;
  Result<DownloadStatus> get(const std::string& id) override;
  Result<Page<FolderFile>> files(const std::string& id, const PageRequest& page) override;
  Result<DownloadStatus> pause(const std::string& id) override;
  Result<DownloadStatus> resume(const std::string& id) override;
  Result<void> cancel(const std::string& id) override;
  Result<std::uint64_t> change_all(DownloadChange change) override;
  Result<DownloadStatus> start_for(const std::string& offer,
                                   const DownloadRequest& request) override;
  Result<void> give_up(const std::string& offer, const std::vector<Source>& sources) override;
  std::vector<std::string> offers() override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  // A transfer's thread.
  struct Run {
    DownloadPointer download;
    std::thread thread;
    bool over = false;  // the thread only has to be joined
  };

  DownloadQueue(DownloadOptions options, const Folders& folders);
  Result<DownloadStatus> start_wanted_by(const std::string& offer, const DownloadRequest& request);

  // All below: with the lock.
  void schedule(Lock& lock);
  void begin(const DownloadPointer& download);
  void ended(const DownloadPointer& download, const TransferEnd& end);
  void join_ended_runs();
  void place(const DownloadPointer& download, Instant retry_at = {});
  void stop_offering(const Download& download);
  DownloadStatus status_of(const Download& download) const;
  void publish(const Download& download) const { news_.publish(status_of(download)); }

  std::shared_ptr<RunningDownload> job_for(const DownloadPointer& download);
  DownloadPointer same_as(const TransferPlan& plan) const;
  DownloadPointer same_as(const FolderPlan& plan) const;
  std::string new_id();
  Result<DownloadStatus> add(FolderPlan plan, const Page<Listing>& first);
  Result<DownloadStatus> fetch_anew(const DownloadPointer& download, const Page<Listing>& first);
  Result<DownloadStatus> add(TransferPlan plan, const std::string& offer);
  Result<DownloadStatus> join(const DownloadPointer& download, const std::vector<Source>& sources,
                              const std::string& offer);
  Result<DownloadStatus> fetch_again(const DownloadPointer& download, const TransferPlan& wanted,
                                     const std::string& offer);
  Result<void> forgive(Download& download);
  Result<DownloadStatus> go_on(const DownloadPointer& download);
  Result<DownloadStatus> become(const DownloadPointer& download, DownloadState state,
                                const std::string& why);
  Result<void> leave(const DownloadPointer& download, const std::string& offer,
                     const std::vector<Source>& gone, Lock& lock);
  Result<void> cancel(const DownloadPointer& download, Lock& lock);
  std::vector<DownloadPointer> meant_by(DownloadChange change) const;
  Result<void> become(const std::vector<DownloadPointer>& downloads, DownloadState state,
                      const std::string& why);
  Result<void> retry(const std::vector<DownloadPointer>& downloads);
  Result<void> forget(const std::vector<DownloadPointer>& downloads, Lock& lock);
  std::vector<DownloadPointer> wanted_by_offers() const;

  DownloadOptions options_;  // its limits are guarded by the lock
  Clock& clock_;
  const DownloadNews news_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  DownloadRecord record_;
  std::unique_ptr<FolderDownloads> folders_;  // thread-safe; may be null
  DownloadLine line_;
  DownloadOrder order_;
  std::size_t running_ = 0;
  std::list<Run> runs_;  // changed by the scheduler's thread only, and by stop() after it
  std::mt19937_64 random_;
  bool stopping_ = false;
  std::thread scheduler_;
};

}  // namespace swapmeet::transfer_swarm
