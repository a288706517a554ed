// Repeated tasks on a few shared threads. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "swapmeet/registration.h"
#include "swapmeet/time.h"

namespace swapmeet {

class Scheduler {
 public:
  // The clock outlives the scheduler and its registrations.
  Scheduler(std::size_t threads, Clock& clock);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // First after one interval; a task never runs twice at a time. When the registration is gone, it
  // runs no more; a task may end its own registration.
  Registration every(std::chrono::milliseconds interval, std::function<void()> task);

 private:
  struct Task {
    std::chrono::milliseconds interval;
    std::function<void()> run;
    Instant due;
    bool running = false;
    std::thread::id runner;  // while it runs
  };
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::shared_ptr<Task>> tasks;
    bool stopping = false;
  };
  static void work(const std::shared_ptr<State>& state, Clock& clock);

  Clock& clock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet
