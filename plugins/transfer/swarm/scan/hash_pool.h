// A few threads of low priority that hash files. What they are given waits in a short queue; when
// it is full, the giver comes back after something is done.
// Threads: thread-safe. `done` is called on the pool's threads, one call a file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/hashing/hash_file.h"
#include "transfer/swarm/pace/transfer_yield.h"
#include "transfer/swarm/scan/file_attributes.h"

namespace swapmeet::transfer_swarm {

struct HashJob {
  std::int64_t share = 0;
  std::string share_name;
  std::string folder;
  StoredFile file;
  // It was hashed before: only its attributes are wanted.
  std::optional<ContentId> known = {};
};

struct HashResult {
  HashJob job;
  HashOutcome outcome;
  std::optional<ReadAttributes> attributes = {};
  Instant::duration took{};
};

class HashPool {
 public:
  // threads 0: half of the machine's, at least one. `moved`: as TransferYield asks for it.
  // Clock and attributes, if there are any, must outlive it.
  HashPool(Clock& clock, std::size_t threads, std::function<std::uint64_t()> moved,
           std::function<void(HashResult)> done, const FileAttributes* attributes = nullptr);
  ~HashPool() { stop(); }
  // False when the queue is full; of urgent ones it takes more, and they go first.
  bool offer(HashJob& job, bool urgent);
  // There is room for many more, so that it is worth while to come back.
  bool is_half_empty() const;
  // Drops what waits, ends within a block's hashing. Idempotent.
  void stop();

 private:
  void run();
  bool is_to_stop(TransferYield& yield);
  void work_on(HashResult& result, FileHasher& hasher, TransferYield& yield);

  Clock& clock_;
  const std::function<std::uint64_t()> moved_;
  const std::function<void(HashResult)> done_;
  const FileAttributes* const attributes_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::condition_variable ended_;  // for those that sleep in favour of transfers
  std::deque<HashJob> queue_;
  std::atomic<std::size_t> waiting_{0};  // in the queue
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::transfer_swarm
