// What all who work on one running download share, with the one lock for it: the sources, what is
// known of the file, its pieces. Transfer leads, a SourceWorker fetches from each source, a
// PartialScout asks the partial ones; they meet here and wait for each other on `changed`.
// Threads: each member says; the clock is waited on with this lock. The writer has a lock of its
// own, which may be taken while this one is held.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "transfer/swarm/fetch/download_options.h"
#include "transfer/swarm/fetch/learning.h"
#include "transfer/swarm/fetch/proven_writer.h"
#include "transfer/swarm/fetch/source_pool.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {

struct TransferBoard {
  // How often a thread that waits looks again whether it may go on.
  static constexpr std::chrono::milliseconds kTick{250};

  TransferBoard(DownloadOptions given, TransferPlan plan, ProvenWriter::Save save)
      : options(std::move(given)),
        clock(*options.clock),
        content(plan.content),
        random(options.seed),
        pool({clock, options.pacer, options.self, random(), options.patience}, plan.liars),
        writer(std::move(plan), std::move(save), *options.clock,
               {options.growing, options.limits.min_free_space}) {
    if (writer.plan().size_known) learning.hear_size(writer.plan().size);
  }

  // Never change; for any thread:
  const DownloadOptions options;
  Clock& clock;
  const ContentId content;
  std::atomic<bool> interrupted{false};

  mutable std::mutex mutex;  // guards all below but the writer
  std::condition_variable changed;
  std::mt19937_64 random;
  SourcePool pool;
  Learning learning;
  std::optional<PieceMap> map;       // its hashes, sizes and offsets never change: no lock for them
  std::string ticket;                // of the registry
  bool is_public = false;            // a source that serves everybody has sent some of it
  std::optional<Audience> audience;  // whom else the registry lets have it, once it has said so
  bool ending = false;               // all come home

  ProvenWriter writer;

  // All below: with the lock.
  bool over() const { return ending || writer.problem().has_value(); }
  void wait_a_tick(std::unique_lock<std::mutex>& lock) {
    clock.wait_once(lock, changed, clock.steady() + kTick);
  }
  // A ticket tells account and groups, so only those see it whom the registry names.
  std::string ticket_for(const PoolSource& source) const {
    if (!source.listed) return "";
    return source.ticket.empty() ? ticket : source.ticket;
  }
};

}  // namespace swapmeet::transfer_swarm
