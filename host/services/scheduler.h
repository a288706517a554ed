// Repeated tasks on a few threads: the host has one of these for itself, and each plugin with tasks
// one of its own. Thread-safe.
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
  // The same for a task that may fail, which is when it returns false: then the pauses double, up
  // to 16 intervals or a minute, whichever is less but at least the interval.
  Registration attempt_every(std::chrono::milliseconds interval, std::function<bool()> task);

 private:
  struct Task {
    std::chrono::milliseconds interval{};
    std::function<bool()> run;
    Instant due{};
    std::chrono::milliseconds pause{};
    bool running = false;
    std::thread::id runner;  // while it runs
  };
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::shared_ptr<Task>> tasks;
    bool stopping = false;
  };
  static std::chrono::milliseconds longer(const Task& task);
  static void work(const std::shared_ptr<State>& state, Clock& clock);

  Clock& clock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet
