#include "host/services/scheduler.h"

#include <algorithm>

namespace swapmeet {

Scheduler::Scheduler(std::size_t threads, Clock& clock) : clock_(clock) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([state = state_, &clock] { work(state, clock); });
}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  for (auto& thread : threads_) thread.join();
}

Registration Scheduler::every(std::chrono::milliseconds interval, std::function<void()> task) {
  auto added = std::make_shared<Task>(
      Task{interval, std::move(task), clock_.steady() + interval, false, {}});
  {
    const std::lock_guard lock(state_->mutex);
    state_->tasks.push_back(added);
  }
  state_->changed.notify_all();
  return Registration([state = state_, added] {
    std::unique_lock lock(state->mutex);
    std::erase(state->tasks, added);
    if (added->runner == std::this_thread::get_id()) return;  // the task itself asks
    state->changed.wait(lock, [&] { return !added->running; });
  });
}

void Scheduler::work(const std::shared_ptr<State>& state, Clock& clock) {
  std::unique_lock lock(state->mutex);
  while (!state->stopping) {
    const auto next = std::min_element(
        state->tasks.begin(), state->tasks.end(), [](const auto& a, const auto& b) {
          return std::pair(a->running, a->due) < std::pair(b->running, b->due);
        });
    if (next == state->tasks.end() || (*next)->running) {
      state->changed.wait(lock);
      continue;
    }
    if (const auto due = (*next)->due; due > clock.steady()) {
      clock.wait_once(lock, state->changed, due);
      continue;
    }
    const auto task = *next;
    task->running = true;
    task->runner = std::this_thread::get_id();
    lock.unlock();
    task->run();  // guarded by whoever registered it
    lock.lock();
    task->running = false;
    task->runner = {};
    task->due = clock.steady() + task->interval;
    state->changed.notify_all();
  }
}

}  // namespace swapmeet
