// What a running download consists of: its plan, its sources, its pieces, and the work on them,
// which stands in downloads_transfer.cpp (from begin to end), transfer_sources.cpp (who has what),
// transfer_learning.cpp (size and Merkle layer) and transfer_workers.cpp (pieces).
// Threads: run()'s own, one that asks the registry, one that asks partial sources, one a source;
// what they share has one lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "transfer/swarm/fetch/downloads_transfer.h"
#include "transfer/swarm/fetch/partial.h"
#include "transfer/swarm/fetch/source_client.h"
#include "transfer/swarm/fetch/source_pool.h"
#include "transfer/swarm/hashing/hash_file.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

// How often a thread that waits looks again whether it may go on.
inline constexpr std::chrono::milliseconds kTick{250};

// Proven bytes that are saved without waiting longer.
inline constexpr std::uint64_t kSaveAfter = 32 << 20;
// Workers wait for the disk then: it is slower than the sources.
inline constexpr std::uint64_t kMostUnsaved = 256 << 20;
// Pieces that are not proven yet are in memory, one a source.
inline constexpr std::size_t kMostInMemory = 32 << 20;

inline Error ended() { return {ErrorCode::cancelled, "ended", {}}; }

// What a source knows of a content, proven against its id: with the last leaf also the exact size.
struct Learned {
  std::uint64_t size = 0;
  std::string layer;
  std::string last_piece;  // empty: not fetched yet
};

struct Transfer::State {
  using Steady = std::chrono::steady_clock;

  State(const DownloadOptions& given, TransferPlan what,
        std::function<Result<void>(const TransferPlan&)> keeper)
      : options(given),
        plan(std::move(what)),
        save(std::move(keeper)),
        requested(std::exchange(plan.given, {})),
        pool(options.patience, options.self, plan.liars),
        proven_before(proven_bytes(plan.proven, plan.size)),
        max_sources(options.limits.max_sources) {
    if (plan.size_known) told_size = plan.size;
  }

  const DownloadOptions options;
  TransferPlan plan;  // of run()'s thread, but for its content and what is given: they never change
  std::string saved_target{plan.target};
  const std::function<Result<void>(const TransferPlan&)> save;
  std::optional<PartialFile> partial;    // from when there is a map
  std::shared_ptr<GrowingFile> growing;  // the same
  const Steady::time_point began = Steady::now();
  bool offered = false;  // of run()'s thread
  std::atomic<bool> interrupted{false};
  std::thread asker;
  std::thread scout;  // once there are partial sources

  mutable std::mutex mutex;  // guards all below
  std::condition_variable changed;
  std::vector<Source> requested;  // that requests named; more may come while it runs
  SourcePool pool;
  const std::uint64_t proven_before;
  std::size_t max_sources;
  std::uint64_t rate = 0;
  std::mt19937_64 random{std::random_device{}()};
  bool is_public = false;  // a source that serves everybody has sent some of it
  bool ending = false;     // workers and asker: come home
  bool asked = false;
  std::string registry_why;
  std::string ticket;                      // of the registry
  std::optional<std::uint64_t> told_size;  // what the registry says, or said before: a hint
  Steady::time_point learn_beside{};       // when another source may try to learn
  std::optional<Learned> learned;          // set once
  std::optional<PieceMap> map;  // its hashes, sizes and offsets never change: no lock for them
  std::uint64_t unsaved = 0;    // proven bytes that the database does not know of
  std::optional<Error> disk;    // the disk's problem, ends the run

  std::vector<Source> requested_now() const {
    const std::lock_guard lock(mutex);
    return requested;
  }

  bool is_requested(const Source& source) const {
    return std::any_of(requested.begin(), requested.end(),
                       [&](const Source& other) { return SourcePool::is_same(source, other); });
  }

  // It tells account and groups, so only those see it whom the registry names. With the lock.
  std::string ticket_for(const PoolSource& source) const { return source.listed ? ticket : ""; }

  bool over() const { return ending || disk.has_value(); }

  // Asks the registry for sources, again and again.
  void ask();

  // As many of the wanted bytes as the limits let come now, after waiting for that; 0: it ends.
  std::size_t wait_for_turn(PoolSource& source, std::size_t wanted);

  Result<std::size_t> some(PoolSource& source, char* to, std::size_t most);

  Result<void> fill(PoolSource& source, char* to, std::size_t size);

  // The next piece of what was opened, proven. What has come is hashed while it is in the cache and
  // the next bytes arrive.
  Result<void> receive(PoolSource& source, const PieceMap& pieces, std::size_t piece, char* to);

  Result<Learned> learn_from(PoolSource& source, std::uint64_t size);

  // By the last leaf and the hashes of those beside it, so that many who begin together do not all
  // need the same piece first. `not_found`: the source does not tell these hashes.
  Result<void> prove_size(PoolSource& source, const PieceMap& pieces);

  // What the registry says of the size is only a hint.
  Result<Learned> learn_from(PoolSource& source);

  // Asks a source which pieces it has.
  Result<void> look(PoolSource& source, SourceClient& client);

  // Asks partial sources again and again, also those that are busy sending a piece.
  void watch_partial();

  // A partial source can tell the exact size once it has the last piece.
  Result<void> look_for_last(PoolSource& source);

  // Until somebody knows the pieces: this source, or one that was faster.
  Result<void> learn(PoolSource& source);

  // With the lock. Of a source that has all, those who fetch together take each a part of their own
  // first: a piece of it that is missing and that nobody else fetches.
  std::optional<std::size_t> own_rare_piece() const;
  // With the lock: what to ask this source for. nullopt: nothing now. The last pieces that nobody
  // else has are left to whom they belong, so that the source does not send them to all.
  std::optional<PieceMap::Run> choose(const PoolSource& source, PieceMap::Instant now);

  // The pieces that this source fetches next, or no pieces at all: ask it first which it has.
  // nullopt: there is nothing more to do.
  std::optional<PieceMap::Run> next_run(PoolSource& source);

  // A source that has only a part after all is no bad one.
  Result<void> fetch_what_is_there(PoolSource& source, const PieceMap::Run& run,
                                   std::vector<char>& buffer);

  Result<void> fetch(PoolSource& source, const PieceMap::Run& run, std::vector<char>& buffer);

  Result<void> fetch_pieces(PoolSource& source, const PieceMap::Run& run,
                            std::vector<char>& buffer);

  // Writes a proven piece.
  Result<void> keep(PoolSource& source, std::size_t piece, const char* bytes, std::size_t length);

  // A source's thread.
  void work(PoolSource& source);

  void begin(PoolSource& source);

  std::size_t most_workers() const {
    const auto in_memory = kMostInMemory / piece_size_for(map->file_size());
    return std::min(map->count(), static_cast<std::size_t>(in_memory));
  }

  // With the lock: who should works. False when nobody works and nobody may soon.
  bool staff();

  bool knows_pieces() const;

  // From when size and layer are known: the file and its map.
  Result<void> open_pieces();

  // Others may have what is proven, while there is more to come.
  void offer();

  Result<void> flush();

  // Until all is proven, or nobody is left to ask.
  void gather();

  // With the lock.
  void interrupt_clients();
  void end_workers();

  // Gives the whole file its name. What the name will be is recorded first, with the last pieces.
  TransferEnd finish();

  // The host died between the rename and saying so. False also when interrupted.
  bool was_renamed() const;

  bool is_content(const FileStamp& stamp) const {
    const auto hashed =
        FileHasher(*options.clock).hash(plan.target, stamp, [this] { return interrupted.load(); });
    return hashed.kind == HashOutcome::done && hashed.tree.content == plan.content;
  }

  TransferEnd run();
};

}  // namespace swapmeet::transfer_swarm
