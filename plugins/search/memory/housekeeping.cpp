#include "search/memory/housekeeping.h"

#include <utility>

#include "swapmeet/background.h"

namespace swapmeet::search_memory {

void Housekeeper::start() {
  save_at_ = clock_.steady();
  reorder_at_ = save_at_ + kBetweenReorderings;
  thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::reorder_soon() {
  const std::lock_guard lock(mutex_);
  due_ = true;
  changed_.notify_all();
}

void Housekeeper::run() {
  run_in_background();
  std::unique_lock lock(mutex_);
  while (true) {
    clock_.wait_for(lock, changed_, kLook, [this] { return stopping_ || due_; });
    if (stopping_) return;
    const bool is_due = std::exchange(due_, false);
    lock.unlock();
    const auto began = clock_.steady();
    look(is_due, began);
    const auto took = clock_.steady() - began;
    lock.lock();
    // At most a fifth of a processor, however much changes.
    clock_.wait_for(lock, changed_, took * 4, [this] { return stopping_.load(); });
  }
}

void Housekeeper::look(bool is_due, Instant began) {
  if (is_due || (began >= reorder_at_ && chores_.is_worth_reordering())) {
    chores_.reorder();
    reorder_at_ = clock_.steady() + kBetweenReorderings;
  }
  if (began >= save_at_ && chores_.is_worth_saving()) {
    chores_.save();
    save_at_ = clock_.steady() + kBetweenSnapshots;
  }
}

}  // namespace swapmeet::search_memory
