// One download of the queue: what is kept of it, who wants it, how it stands at this moment, and
// what becomes of it when its transfer has ended.
// Threads: plain data, guarded by the lock of its queue; the functions are free and read no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/fetch/folder_downloads.h"
#include "transfer/swarm/fetch/patience.h"
#include "transfer/swarm/fetch/running_download.h"

namespace swapmeet::transfer_swarm {

// Where a download stands in its DownloadOrder.
struct DownloadPlace {
  int rank = 0;         // of its state
  std::int64_t at = 0;  // among those in that state
  std::int64_t seq = 0;
  auto operator<=>(const DownloadPlace&) const = default;
};

struct Download {
  StoredDownload kept;
  std::shared_ptr<RunningDownload> transfer;  // while it runs
  bool has_layer = false;                     // the store has it
  bool go_on_at_once = false;                 // sources came when its transfer was ending
  bool cancelled = false;                     // on its way out: nobody sees it any more
  std::string told_why;                       // the reason for waiting that the log has
  unsigned attempts = 0;                      // in vain, one after the other
  std::uint64_t turn = 0;                     // in its DownloadLine, which sets it; 0: not queued
  Instant retry_at{};                         // the same, of one that waits
  std::optional<DownloadPlace> place;         // in its DownloadOrder, which sets it

  const std::string& id() const { return kept.plan.id; }
  DownloadState state() const { return kept.status.state; }
};
using DownloadPointer = std::shared_ptr<Download>;

// A download of this plan, which has an id, as it is when it was just asked for.
DownloadPointer new_download(TransferPlan plan, std::int64_t seq, Time now);

// It is done, or has failed for good.
bool is_over(DownloadState state);

// How far it has come: a folder by its record, or anything by its running transfer.
void tell(DownloadStatus& status, const FolderStanding& standing);
void tell(DownloadStatus& status, TransferProgress progress);

// Changes the state of a download whose transfer has ended: nothing, if the person has paused it
// meanwhile. When it waits now: for how long.
std::optional<std::chrono::milliseconds> settle(Download& download, const TransferEnd& end,
                                                Time now, const Patience& patience,
                                                std::mt19937_64& random);

// Notes that this offer wants it, or the person when the offer's id is empty. True when that is
// new.
bool want(StoredDownload& download, const std::string& offer);

// Notes that this offer wants it no longer, and that its sources are gone. False when now nobody
// wants it.
bool unwant(StoredDownload& download, const std::string& offer, const std::vector<Source>& gone);

// Adds the sources that are not known yet, by peer and address. True when one of them is new.
bool add_sources(std::vector<Source>& known, const std::vector<Source>& sources);

}  // namespace swapmeet::transfer_swarm
