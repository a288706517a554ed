// The threads of the inbox. Each does a round of work and then sleeps: until somebody wakes them
// all because there is news, or until it is time to look again anyway. Threads: thread-safe;
// start() and stop() are for whoever owns it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

// Whether something is under way, so that the next round should come soon.
using Round = std::function<bool()>;

class Rounds {
 public:
  // `soon`: how long a thread sleeps while something is under way. `log` is optional.
  Rounds(Clock& clock, std::chrono::milliseconds soon, Log log)
      : clock_(clock), soon_(soon), log_(std::move(log)) {}
  ~Rounds() { stop(); }
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  // A thread of its own for these rounds. An exception ends a round, not the thread.
  void start(Round round);
  void wake();
  // Tells long rounds to end, and joins the threads; idempotent.
  void stop();
  bool stopping() const { return stopping_; }

 private:
  void run(const Round& round);
  bool try_round(const Round& round) const;

  Clock& clock_;
  const std::chrono::milliseconds soon_;
  const Log log_;
  std::mutex mutex_;  // guards woken_, and stopping_ for those who sleep
  std::condition_variable changed_;
  std::atomic<bool> stopping_{false};
  std::uint64_t woken_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::transfer_swarm
