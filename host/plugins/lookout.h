// Does something every second on a thread of its own: looks whether calls into plugins have become
// overdue, and says so. It is there for when other threads hang.
// Threads: one of its own, until it goes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "swapmeet/time.h"

namespace swapmeet {

class Lookout {
 public:
  // The clock outlives it.
  Lookout(Clock& clock, std::function<void()> look);
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace swapmeet
