// A thread beside for work that may hang: who asks waits for a bounded time, and once the thread
// hangs nobody waits for it any more, until it comes back.
// Thread-safe; the thread is there from the first work on. What it does must not throw.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "swapmeet/time.h"

namespace swapmeet {

class SideThread {
 public:
  // The clock outlives it.
  explicit SideThread(Clock& clock) : clock_(clock) {}
  // Waits for what is being done: where that hangs, so does this.
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  // Has it done there, and waits at most so long. False: it is not done; it may still be, later, so
  // `work` owns what it needs. Without a wait when somebody has waited in vain for what the thread
  // is at.
  bool run(std::function<void()> work, std::chrono::milliseconds patience);

 private:
  void serve();

  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::uint64_t taken_ = 0;
  std::uint64_t done_ = 0;  // the first so many of those that were taken
  bool is_stuck_ = false;   // until the next is done
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace swapmeet
