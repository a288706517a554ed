// One download of the queue: what is kept of it, who wants it, and how it stands at this moment.
// Threads: plain data, guarded by the lock of its queue; the functions are free.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {

class Transfer;

struct Download {
  StoredDownload kept;
  std::shared_ptr<Transfer> transfer;  // while it runs
  bool has_layer = false;              // the store has it
  bool go_on_at_once = false;          // sources came when its transfer was ending
  bool cancelled = false;              // on its way out: nobody sees it any more
  std::string told_why;                // the reason for waiting that the log has
  unsigned attempts = 0;               // in vain, one after the other
  std::uint64_t turn = 0;              // in its DownloadLine, which sets it; 0: not queued
  Instant retry_at{};                  // the same, of one that waits

  const std::string& id() const { return kept.plan.id; }
  DownloadState state() const { return kept.status.state; }
};
using DownloadPointer = std::shared_ptr<Download>;

// Notes that this offer wants it, or the person when the offer's id is empty. True when that is
// new.
bool want(StoredDownload& download, const std::string& offer);

// Notes that this offer wants it no longer, and that its sources are gone. False when now nobody
// wants it.
bool unwant(StoredDownload& download, const std::string& offer, const std::vector<Source>& gone);

// Adds the sources that are not known yet, by peer and address. True when one of them is new.
bool add_sources(std::vector<Source>& known, const std::vector<Source>& sources);

}  // namespace swapmeet::transfer_swarm
