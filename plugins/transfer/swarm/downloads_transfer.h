// One running download: asks for sources, fetches the Merkle layer, then pieces from several
// sources at once, each proven before it is written, and gives the file its name at the end.
// Threads: run() blocks its thread and has one thread a source; the rest is thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transfer/swarm/downloads.h"

namespace swapmeet::swarm {

// What is known of a download between runs; kept in the database.
struct TransferPlan {
  std::string id;
  ContentId content;
  std::string name;
  std::filesystem::path folder;
  bool overwrite = false;
  std::vector<Source> given;
  bool size_known = false;
  std::uint64_t size = 0;
  std::string layer;   // checked; empty: not fetched yet
  std::string proven;  // bits of pieces on the disk
  std::string target;  // set just before the final rename

  std::filesystem::path partial() const {
    return folder / ("." + id.substr(0, 12) + ".swapmeet-part");
  }
};

struct TransferEnd {
  DownloadState state = DownloadState::waiting;  // done, waiting, or queued when interrupted
  std::string why;
};

struct TransferProgress {
  std::uint64_t done = 0;
  std::uint64_t rate = 0;
  std::vector<DownloadSource> sources;
};

class Transfer {
 public:
  // `save` makes the plan durable (its size, layer, proven, target changed); an error ends the run.
  Transfer(const DownloadOptions& options, TransferPlan plan,
           std::function<Result<void>(const TransferPlan&)> save);
  ~Transfer();
  TransferEnd run();
  void interrupt();
  TransferProgress progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::swarm
