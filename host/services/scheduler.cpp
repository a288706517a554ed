#include "host/services/scheduler.h"

#include <algorithm>

namespace swapmeet {
namespace {
constexpr std::chrono::milliseconds kLongestPause{60'000};
}

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
  return attempt_every(interval, [task = std::move(task)] {
    task();
    return true;
  });
}

Registration Scheduler::attempt_every(std::chrono::milliseconds interval,
                                      std::function<bool()> task) {
  auto added = std::make_shared<Task>();
  added->interval = added->pause = interval;
  added->run = std::move(task);
  added->due = clock_.steady() + interval;
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

std::chrono::milliseconds Scheduler::longer(const Task& task) {
  const auto most = std::max(task.interval, std::min(16 * task.interval, kLongestPause));
  return std::min(2 * task.pause, most);
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
    const bool went_well = task->run();  // guarded by whoever registered it
    lock.lock();
    task->pause = went_well ? task->interval : longer(*task);
    task->running = false;
    task->runner = {};
    task->due = clock.steady() + task->pause;
    state->changed.notify_all();
  }
}

}  // namespace swapmeet
