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
#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/offer_downloads.h"
#include "transfer/swarm/fetch/source_pool.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/growing_files.h"

namespace swapmeet::transfer_swarm {

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

}  // namespace swapmeet::transfer_swarm
