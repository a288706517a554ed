// The downloads of this host: keeps what the person asked for in a database, and fetches it from
// several peers at once, every piece proven against the content id before it reaches the disk.
// Accepted downloads go on by themselves, across restarts, until they are done, paused or
// cancelled: without a source they wait and look again.
// Threads: thread-safe. One thread schedules; a running download has two threads of its own and one
// per source, at most max_downloads × (max_sources + 2).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/transfer.h"
#include "transfer/swarm/growing_files.h"
#include "transfer/swarm/offer_downloads.h"
#include "transfer/swarm/pacer.h"
#include "transfer/swarm/source_pool.h"

namespace swapmeet::swarm {

using LogFunction =
    std::function<void(LogLevel, std::string_view message, std::initializer_list<LogField>)>;

struct DownloadLimits {
  std::size_t max_downloads = 3;
  std::size_t max_sources = 12;      // of one download
  std::uint64_t min_free_space = 0;  // bytes that a download leaves free
};

struct DownloadOptions {
  std::filesystem::path database;         // the queue's own SQLite file
  std::filesystem::path download_folder;  // absolute; made when it is needed
  PeerId self;                            // never a source
  Registry* registry = nullptr;           // may be null: then only the requests' sources count
  Clock* clock = nullptr;
  LogFunction log;                                    // optional
  std::function<void(const Event&)> publish;          // optional; topic "download"
  std::function<void(std::uint64_t bytes)> received;  // optional; of proven ones
  DownloadLimits limits;
  Patience patience;
  std::chrono::milliseconds ask_sources{15'000};  // while running; at first more often
  Pacer* pacer = nullptr;                         // of what comes; may be null: no limits
  GrowingFiles* growing = nullptr;                // where what is proven is offered; may be null
  // What is done sooner is not offered meanwhile.
  std::chrono::milliseconds offer_after{1000};
  std::chrono::milliseconds look_again{1000};  // which pieces a partial source has
};

class DownloadQueue final : public OfferDownloads {
 public:
  // Opens the database and goes on with what it holds. `corrupt`, `no_space`: the database.
  static Result<std::unique_ptr<DownloadQueue>> open(DownloadOptions options);
  ~DownloadQueue() override;
  // Tells all transfers to end and returns at once; they go on when the queue is opened again.
  void interrupt();
  // Interrupts and waits, two seconds at most unless the registry takes longer. Idempotent.
  void stop();
  // From now on, also for those that run; those that wait try again.
  void set_limits(const DownloadLimits& limits);

  Result<DownloadStatus> start(const DownloadRequest& request) override;
  Result<Page<DownloadStatus>> list(const PageRequest& page) override;
  Result<DownloadStatus> get(const std::string& id) override;
  Result<DownloadStatus> pause(const std::string& id) override;
  Result<DownloadStatus> resume(const std::string& id) override;
  Result<void> cancel(const std::string& id) override;
  Result<DownloadStatus> start_for(const std::string& offer,
                                   const DownloadRequest& request) override;
  Result<void> give_up(const std::string& offer, const std::vector<Source>& sources) override;
  std::vector<std::string> offers() override;

 private:
  struct State;
  explicit DownloadQueue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::swarm
