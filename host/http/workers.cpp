#include "host/http/workers.h"

#include <algorithm>
#include <utility>

#include "swapmeet/background.h"

namespace swapmeet::http {
namespace {
constexpr std::size_t kMostWaiting = 1024;
}

Workers::Workers(std::size_t count) {
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    queues_[lane].most = std::max<std::size_t>(1, count >> lane);
  const auto all = std::span(queues_);
  const auto bulk = all.subspan(static_cast<std::size_t>(Lane::bulk));
  for (std::size_t i = 0; i < count; ++i)
    threads_.emplace_back([this, all] { work(all.first(kLanes - 1), ready_); });
  for (std::size_t i = 0; i < bulk[0].most; ++i)
    threads_.emplace_back([this, bulk] {
      run_in_background();
      work(bulk, bulk_ready_);
    });
}

bool Workers::post(std::function<void()> job, Lane lane) {
  {
    const std::lock_guard lock(mutex_);
    auto& jobs = queues_[static_cast<std::size_t>(lane)].jobs;
    if (stopping_ || jobs.size() >= kMostWaiting) return false;
    jobs.push_back(std::move(job));
  }
  (lane == Lane::bulk ? bulk_ready_ : ready_).notify_one();
  return true;
}

void Workers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& queue : queues_) queue.jobs.clear();
  }
  ready_.notify_all();
  bulk_ready_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

// Serves these lanes, the first one first. A thread that has ended a job looks for the next before
// it sleeps, so that a lane that was full goes on without being woken.
void Workers::work(std::span<Queue> queues, std::condition_variable& ready) {
  const auto next = [&] { return std::ranges::find_if(queues, &Queue::is_ready); };
  std::unique_lock lock(mutex_);
  while (true) {
    auto queue = queues.end();
    ready.wait(lock, [&] { return stopping_ || (queue = next()) != queues.end(); });
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
