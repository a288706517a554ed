// Keeps what a running download has proven: writes pieces into the partial file, has the plan made
// durable now and then, offers what is there to others, and gives the whole file its name at the
// end. A piece counts as there only once the disk has it: flush() syncs before it saves.
// Threads: what stands below "for any thread" is; all above is for the thread that runs the
// download. It calls nobody with its lock held.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/identity.h"
#include "transfer/swarm/fetch/download_store.h"
#include "transfer/swarm/fetch/learning.h"
#include "transfer/swarm/fetch/partial_file.h"
#include "transfer/swarm/pieces/growing_files.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

class ProvenWriter {
 public:
  // Makes the plan durable: its size, layer, proven, target or liars have changed.
  using Save = std::function<Result<void>(const TransferPlan&)>;
  struct Setting {
    GrowingFiles* growing = nullptr;   // where what is proven is offered; may be null
    std::uint64_t min_free_space = 0;  // bytes of the disk that stay free
    std::uint64_t most_unsaved = 256 << 20;
  };
  // What flush() records beside the pieces.
  struct Progress {
    std::string proven;  // bits; empty: as before
    std::vector<std::string> liars;
    std::optional<std::uint64_t> told_size;  // for a plan that has none
  };

  // `clock` must outlive it.
  ProvenWriter(TransferPlan plan, Save save, Clock& clock, const Setting& setting);

  const TransferPlan& plan() const { return plan_; }
  // The plan says all about the pieces: nothing has to be learned any more.
  bool knows_pieces() const;
  // Opens the file, with what was learned if something was, and says which pieces are there.
  Result<PieceMap> open(const std::optional<Learned>& learned);
  // Those may fetch what is proven, from now on; nobody, when it names none.
  void offer(const Audience& audience);
  // Brings to the disk and saves what has changed since it did so last. `progress` is called once.
  Result<void> flush(const std::function<Progress()>& progress);
  // Gives the whole file its name. What the name will be is recorded first, with the last pieces.
  Result<void> finish(const std::function<Progress()>& progress);
  // The host died between the rename and saying so. False also when `stopping` says so.
  bool was_renamed(const std::function<bool()>& stopping) const;

  // For any thread, from when it is open.
  // Waits while the disk is slower than the sources. False: wake() came first, or a problem.
  bool wait_for_room();
  void wake();  // nobody waits for room any more
  Result<void> write(std::uint64_t offset, const char* bytes, std::size_t size);
  // A piece of so many bytes is proven and written; progress() tells of it already.
  void count(std::size_t piece, std::size_t length);
  // These are on their way, or not any more: so that others know.
  void expect(const PieceMap::Run& run, bool coming);
  std::uint64_t unsaved() const;         // proven bytes that the database does not know of
  bool has_much_unsaved() const;         // a flush should not wait longer
  std::optional<Error> problem() const;  // of the disk: the download cannot go on
  void set_problem(const Error& error);

 private:
  bool is_content(const std::string& file, const std::function<bool()>& stopping) const;

  TransferPlan plan_;
  std::string saved_target_;
  const Save save_;
  Clock& clock_;
  const Setting setting_;
  std::optional<PartialFile> partial_;
  std::shared_ptr<GrowingFile> growing_;
  std::optional<Audience> offered_;  // to whom
  mutable std::mutex mutex_;         // guards all below
  std::condition_variable room_;
  std::uint64_t unsaved_ = 0;
  std::optional<Error> problem_;
  bool awake_ = false;
};

}  // namespace swapmeet::transfer_swarm
