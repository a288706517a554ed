// A few threads of low priority that hash files. What they are given waits in a short queue; who
// gives more is told to come back when something is done.
// Threads: thread-safe. `done` is called on the pool's threads, one call a file.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/hashing/hash_file.h"

namespace swapmeet::transfer_swarm {

struct HashJob {
  std::int64_t share = 0;
  std::string share_name;
  std::string folder;
  StoredFile file;
};

struct HashResult {
  HashJob job;
  HashOutcome outcome;
  std::chrono::steady_clock::duration took{};
};

class HashPool {
 public:
  // threads 0: half of the machine's, at least one. `moved`: as TransferYield asks for it.
  HashPool(std::size_t threads, std::function<std::uint64_t()> moved,
           std::function<void(HashResult)> done);
  ~HashPool() { stop(); }
  // False when the queue is full; of urgent ones it takes more, and they go first.
  bool offer(HashJob& job, bool urgent);
  // There is room for many more, so that it is worth while to come back.
  bool is_half_empty() const;
  // Drops what waits, ends within a block's hashing. Idempotent.
  void stop();

 private:
  void run();

  const std::function<std::uint64_t()> moved_;
  const std::function<void(HashResult)> done_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<HashJob> queue_;
  std::atomic<std::size_t> waiting_{0};  // in the queue
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::transfer_swarm
