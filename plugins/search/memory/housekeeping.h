// The index's own thread: it puts the documents in order again when much has changed, and writes a
// snapshot now and then. It says when; the index says how, and whether it is worth it.
// Threads: thread-safe. The chores are done on the housekeeper's thread, one at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "swapmeet/time.h"

namespace swapmeet::search_memory {

struct Chores {
  std::function<bool()> is_worth_reordering;  // though it is not due
  std::function<void()> reorder;
  std::function<bool()> is_worth_saving;
  std::function<void()> save;
};

class Housekeeper {
 public:
  static constexpr std::chrono::seconds kLook{5};                // between two looks
  static constexpr std::chrono::minutes kBetweenReorderings{1};  // when it is not due
  static constexpr std::chrono::minutes kBetweenSnapshots{1};    // at least

  Housekeeper(Clock& clock, Chores chores) : clock_(clock), chores_(std::move(chores)) {}
  ~Housekeeper() { stop(); }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  void start();
  // Returns when the chore that is under way has ended. Again: nothing happens.
  void stop();
  bool is_stopping() const { return stopping_; }
  void reorder_soon();  // it is due

 private:
  void run();
  void look(bool is_due, Instant began);

  Clock& clock_;
  const Chores chores_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool due_ = false;                   // with the lock
  std::atomic<bool> stopping_{false};  // set with the lock
  Instant reorder_at_;                 // the thread's own, as below
  Instant save_at_;
  std::thread thread_;
};

}  // namespace swapmeet::search_memory
