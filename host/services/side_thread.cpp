#include "host/services/side_thread.h"

#include <utility>

namespace swapmeet {

SideThread::~SideThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool SideThread::run(std::function<void()> work, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (is_stuck_ || stopping_) return false;
  waiting_.push_back(std::move(work));
  const auto mine = ++taken_;
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
  changed_.notify_all();
  if (clock_.wait_for(lock, changed_, patience, [&] { return done_ >= mine || is_stuck_; }))
    return done_ >= mine;
  is_stuck_ = true;
  changed_.notify_all();  // the others need not wait either
  return false;
}

void SideThread::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    ++done_;
    is_stuck_ = false;
    changed_.notify_all();
  }
}

}  // namespace swapmeet
