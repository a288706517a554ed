#include "host/app/stop_deadline.h"

#include <utility>

namespace swapmeet {

StopDeadline::StopDeadline(std::chrono::milliseconds patience, std::function<void()> end)
    : thread_([this, patience, end = std::move(end)] {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return done_; })) end();
      }) {}

StopDeadline::~StopDeadline() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace swapmeet
