// Has the files that scans found hashed, and commits what comes back to the catalogue in batches.
// It hands out as much as the pool's short queue takes: the files of touched folders first, then
// those of whole shares. Attributes are read in the same go, and afterwards those of files that
// were hashed before somebody could read them. Threads: for the scanner's thread; the pool's
// threads bring what they have done to `arrivals`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/arrivals.h"
#include "transfer/swarm/scan/hash_pool.h"
#include "transfer/swarm/scan/in_flight.h"
#include "transfer/swarm/scan/left_out_files.h"
#include "transfer/swarm/scan/scan_batch.h"
#include "transfer/swarm/scan/scan_progress.h"
#include "transfer/swarm/scan/scan_task.h"
#include "transfer/swarm/scan/unread_files.h"

namespace swapmeet::transfer_swarm {

struct HashingOptions {
  std::size_t threads = 0;                         // 0: half of the machine's
  std::chrono::milliseconds longest_batch{1'000};  // that hashed files wait to be kept
  std::size_t most_in_batch = 20'000;              // of them
  std::function<std::uint64_t()> moved;  // bytes, by transfers so far: hashing makes way for them
  const FileAttributes* attributes = nullptr;  // nullptr: nobody reads them
};

class FileHashing {
 public:
  // All must outlive it.
  FileHashing(Catalogue& catalogue, Clock& clock, Arrivals& arrivals, ScanProgress& progress,
              LeftOutFiles& left_out, HashingOptions options);

  // A scan that will have files to be hashed; until it is surveyed and all are handed out.
  ScanTask& begin(const StoredShare& share, const Scope& scope);
  // Those that a new scan of the scope does again.
  void end_tasks(const Scope& scope);
  // Commits what is due, and hands out more.
  void go_on();
  void take_results();
  void hand_out();
  // When a batch has to be committed at the latest.
  Instant due() const { return batch_.due(); }
  // Drops all tasks and what is not committed.
  void clear();
  // Ends hashing and commits what is done. Idempotent.
  void stop();

 private:
  struct Task {
    ScanTask scan;
    std::optional<HashJob> next = {};  // that the pool had no room for
    std::optional<UnreadFiles> unread = {};
  };
  std::optional<HashJob> next_job(ScanTask& scan);
  // Of a whole share, once all its files are hashed.
  std::optional<HashJob> next_unread(Task& task);
  void end(std::list<Task>::iterator task);
  void take(HashResult result);
  void commit();

  Catalogue& catalogue_;
  Clock& clock_;
  Arrivals& arrivals_;
  ScanProgress& progress_;
  LeftOutFiles& left_out_;
  const FileAttributes* const attributes_;
  std::list<Task> tasks_;
  InFlight in_flight_;
  ScanBatch batch_;
  HashPool pool_;
};

}  // namespace swapmeet::transfer_swarm
