// A mutex that goes to its waiters in the order in which they came. std::mutex may go to the same
// thread again and again.
// Threads: thread-safe; the thread that locks it unlocks it.
#pragma once

#include <atomic>
#include <cstdint>

namespace swapmeet::search_memory {

class Turns {
 public:
  void lock() {
    const auto mine = next_.fetch_add(1);
    for (auto now = now_.load(); now != mine; now = now_.load()) now_.wait(now);
  }
  void unlock() {
    now_.fetch_add(1);
    now_.notify_all();
  }
  // How many hold it or wait for it.
  std::uint32_t size() const { return next_.load() - now_.load(); }

 private:
  std::atomic<std::uint32_t> next_ = 0;
  std::atomic<std::uint32_t> now_ = 0;
};

}  // namespace swapmeet::search_memory
