// A fixed number of threads with bounded queues, one for each lane: many that wait for the one
// writer of a store, or send much, must not keep all threads from those who only ask, nor all of
// the processor: bulk has threads of its own, in the background. Thread-safe.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace swapmeet::http {

// `asking` may have all threads, `changing` half of them, and `bulk` has as many as a quarter of
// them beside, each at least one (so that of one thread nothing is kept free for those who ask).
enum class Lane { asking, changing, bulk };
inline constexpr std::size_t kLanes = 3;

class Workers {
 public:
  explicit Workers(std::size_t count);
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when the lane's queue is full (1,024 jobs) or the workers have been stopped.
  bool post(std::function<void()> job, Lane lane = Lane::asking);
  // Lets running jobs end, forgets waiting ones, joins.
  void stop();

 private:
  struct Queue {
    std::deque<std::function<void()>> jobs;
    std::size_t running = 0;
    std::size_t most = 0;  // that run at once
    bool is_ready() const { return !jobs.empty() && running < most; }
  };
  void work(std::span<Queue> queues, std::condition_variable& ready);

  std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable bulk_ready_;
  std::array<Queue, kLanes> queues_;  // by Lane
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::http
