// Ends the process when stopping it takes too long: nothing of it is needed by then, for all that
// was acknowledged is on the disk. It waits on the clock of the machine and not on one that was
// handed in: it is there for when everything else hangs.
// Threads: has one of its own, which runs until this goes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace swapmeet {

class StopDeadline {
 public:
  // `end` is called on another thread when this is still there after `patience`.
  StopDeadline(std::chrono::milliseconds patience, std::function<void()> end);
  ~StopDeadline();
  StopDeadline(const StopDeadline&) = delete;
  StopDeadline& operator=(const StopDeadline&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace swapmeet
