// Tells others how downloads do: events for the programs that listen, a line in the log when one
// ends or waits.
// Threads: none of its own; what it was given to call must be thread-safe.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "swapmeet/downloads.h"
#include "swapmeet/host.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {

class DownloadNews {
 public:
  // Either may be empty.
  DownloadNews(Log log, std::function<void(const Event&)> publish)
      : log_(std::move(log)), publish_(std::move(publish)) {}

  // An event of topic "download": how it does.
  void publish(const DownloadStatus& status) const;
  // "download.began": it is being fetched.
  void began(const DownloadStatus& status) const;
  // "download.ended" when it is done, "download.failed" when it waits or has failed; nothing when
  // somebody has stopped it.
  void ended(const DownloadStatus& status) const;
  void log(const TransferPlan& plan, const std::string& what, const std::string& more) const;

 private:
  Log log_;
  std::function<void(const Event&)> publish_;
};

}  // namespace swapmeet::transfer_swarm
