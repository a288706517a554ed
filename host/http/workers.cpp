#include "host/http/workers.h"

#include <algorithm>
#include <utility>

namespace swapmeet::http {
namespace {
constexpr std::size_t kMostWaiting = 1024;
}

Workers::Workers(std::size_t count) {
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    queues_[lane].most = std::max<std::size_t>(1, count >> lane);
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

bool Workers::post(std::function<void()> job, Lane lane) {
  {
    const std::lock_guard lock(mutex_);
    auto& jobs = queues_[static_cast<std::size_t>(lane)].jobs;
    if (stopping_ || jobs.size() >= kMostWaiting) return false;
    jobs.push_back(std::move(job));
  }
  ready_.notify_one();
  return true;
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& queue : queues_) queue.jobs.clear();
  }
  ready_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

Workers::Queue* Workers::next() {
  const auto ready = std::ranges::find_if(queues_, &Queue::is_ready);
  return ready == queues_.end() ? nullptr : &*ready;
}

// A thread that has ended a job looks for the next before it sleeps, so that a lane that was full
// goes on without being woken.
void Workers::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    Queue* queue = nullptr;
    ready_.wait(lock, [&] { return stopping_ || (queue = next()) != nullptr; });
    if (stopping_) return;
    auto job = std::move(queue->jobs.front());
    queue->jobs.pop_front();
    ++queue->running;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    --queue->running;
  }
}

}  // namespace swapmeet::http
