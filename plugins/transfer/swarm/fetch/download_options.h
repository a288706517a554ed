// What the downloads of a host are given: where they keep things, whom they ask, how much they may
// take, and time and chance. The queue passes the same on to each transfer.
// Threads: plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "swapmeet/host.h"
#include "swapmeet/registry.h"
#include "transfer/swarm/fetch/download_folders.h"
#include "transfer/swarm/fetch/patience.h"
#include "transfer/swarm/fetch/source_users.h"
#include "transfer/swarm/pace/pacer.h"
#include "transfer/swarm/pieces/growing_files.h"

namespace swapmeet::transfer_swarm {

struct DownloadLimits {
  std::size_t max_downloads = 3;
  std::size_t max_sources = 12;      // of one download
  std::uint64_t min_free_space = 0;  // bytes that a download leaves free
};

// Where this host shares things itself: what only it has is not waited for. Absolute, as shown;
// empty: it does not share that. Thread-safe; either may be left out.
struct OwnShares {
  std::function<std::string(const ContentId&)> file;
  std::function<std::string(const std::string& path)> folder;  // as others see it: "music/album"
};

struct DownloadOptions {
  std::filesystem::path database;  // the queue's own SQLite file
  DownloadFolders folders;         // made when they are needed
  PeerId self;                     // never a source
  Registry* registry = nullptr;    // may be null: then only the requests' sources count
  // All waiting is on this clock, except for a source's socket, which knows real time only.
  Clock* clock = nullptr;
  std::uint64_t seed = 0;  // of ids, jitter and choices: another one at each start of a host
  OwnShares own;
  Log log;                                            // optional
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
  // Who fetches from whom, over all downloads.
  std::shared_ptr<SourceUsers> users = std::make_shared<SourceUsers>();
  std::size_t processors = std::thread::hardware_concurrency();  // that may work at a download
};

}  // namespace swapmeet::transfer_swarm
