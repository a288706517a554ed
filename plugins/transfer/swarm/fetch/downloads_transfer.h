// One running download: asks for sources, learns size and Merkle layer, then fetches pieces from
// several sources at once, each proven before it is written, and gives the file its name at the
// end.
// Threads: run() blocks its thread, has one more that asks for sources and one a source; the rest
// is thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {

struct TransferEnd {
  DownloadState state = DownloadState::waiting;  // done, waiting, or queued when interrupted
  std::string why;
  std::optional<std::chrono::seconds> retry_after = std::nullopt;  // a source asked for that
};

struct TransferProgress {
  std::uint64_t done = 0;
  std::uint64_t rate = 0;
  std::vector<DownloadSource> sources;
};

class Transfer {
 public:
  // `save` makes the plan durable (size, layer, proven, target, liars changed); an error ends the
  // run.
  Transfer(const DownloadOptions& options, TransferPlan plan,
           std::function<Result<void>(const TransferPlan&)> save);
  ~Transfer();
  TransferEnd run();
  void interrupt();
  void set_max_sources(std::size_t most);
  // More sources that a request names; used at once. False: it is ending already and asks nobody.
  bool add(const std::vector<Source>& sources);
  void withdraw(const Source& source);  // is not asked any more
  TransferProgress progress() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace swapmeet::transfer_swarm
