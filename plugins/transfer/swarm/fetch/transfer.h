// One running download: asks for sources, learns size and Merkle layer, then fetches pieces from
// several sources at once, each proven before it is written, and gives the file its name at the
// end. It decides who works and when to save; what all share is on its TransferBoard.
// Threads: run() blocks its thread. There are one that asks the registry, one that asks partial
// sources, and one a lane of a source. All other methods are thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transfer/swarm/fetch/download.h"
#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/partial_scout.h"
#include "transfer/swarm/fetch/proven_writer.h"
#include "transfer/swarm/fetch/running_download.h"
#include "transfer/swarm/fetch/source_asker.h"
#include "transfer/swarm/fetch/transfer_board.h"

namespace swapmeet::transfer_swarm {

class Transfer final : public RunningDownload {
 public:
  // An error of `save` ends the run.
  Transfer(DownloadOptions options, TransferPlan plan, ProvenWriter::Save save);
  ~Transfer() override;
  TransferEnd run() override;
  void interrupt() override;
  void set_max_sources(std::size_t most) override;
  bool add(const std::vector<Source>& sources) override;
  void withdraw(const Source& source) override;
  TransferProgress progress() const override;

 private:
  using Lock = std::unique_lock<std::mutex>;
  TransferEnd fetch();
  void gather();
  bool staff();
  std::size_t places() const;
  std::size_t in_memory() const;
  Result<void> open_pieces();
  void offer();
  Result<void> flush();
  ProvenWriter::Progress unsaved_progress() const;
  TransferEnd finish();
  void hear(const SourceAsker::Answer& answer);
  void interrupt_all();
  void end_workers();

  std::vector<Source> requested_;  // that requests named; with the lock, as more may come
  TransferBoard board_;
  const Instant began_;
  const std::uint64_t proven_before_;
  std::size_t max_sources_;  // this and the next three: with the lock of the board
  std::uint64_t rate_ = 0;
  bool asked_ = false;
  std::string registry_why_;
  bool registry_knows_ = false;  // who has it; it can be asked
  PartialScout scout_;
  std::optional<SourceAsker> asker_;
};

}  // namespace swapmeet::transfer_swarm
