// A download that runs, as the queue sees it: one file from many sources (Transfer), or a folder of
// a peer. How far it has come, and how it ended.
// Threads: run() blocks its thread; all other methods are thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/downloads.h"

namespace swapmeet::transfer_swarm {

struct TransferProgress {
  std::uint64_t done = 0;
  std::uint64_t rate = 0;
  std::vector<DownloadSource> sources;
  std::optional<std::uint64_t> size = std::nullopt;   // of a folder: of what is known so far
  std::optional<FolderCounts> folder = std::nullopt;  // the same
};

// How a transfer ended.
struct TransferEnd {
  // done, waiting, queued when interrupted; failed when it is a folder.
  DownloadState state = DownloadState::waiting;
  std::string why;
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  // a source asked for that
  // This machine is why it waits, and not its sources: a full disk, for one.
  std::optional<ErrorCode> ours = std::nullopt;
  // All who were asked have answered, and none of them has it.
  bool nobody_has_it = false;
};

class RunningDownload {
 public:
  virtual ~RunningDownload() = default;
  virtual TransferEnd run() = 0;
  virtual void interrupt() = 0;
  virtual void set_max_sources(std::size_t most) = 0;
  // More sources that a request names; used at once. False: it is ending already and asks nobody.
  virtual bool add(const std::vector<Source>& sources) = 0;
  virtual void withdraw(const Source& source) = 0;  // is not asked any more
  virtual TransferProgress progress() const = 0;
};

}  // namespace swapmeet::transfer_swarm
