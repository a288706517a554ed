#include "host/http/workers.h"

#include <algorithm>
#include <utility>

#include "swapmeet/background.h"

namespace swapmeet::http {
namespace {

constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kMostLost = 64;  // threads whose places are taken by others

constexpr std::size_t at(Lane lane) { return static_cast<std::size_t>(lane); }

std::size_t part(std::size_t count, Lane lane) {
  return std::max<std::size_t>(1, count >> at(lane));
}

}  // namespace

Workers::Workers(std::size_t count, Inside inside) : count_(count), inside_(std::move(inside)) {}

std::uint64_t Workers::post(Job job) {
  const bool bulk = job.lane == Lane::bulk;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    auto found = owners_.find(job.owner);
    if (found == owners_.end()) {
      found = owners_.try_emplace(job.owner).first;
      found->second.id = job.owner;
    }
    auto& jobs = found->second.jobs[at(job.lane)];
    if (stopping_ || jobs.size() >= kMostWaiting) return 0;
    number = ++numbers_;
    jobs.push_back({number, std::move(job.run)});
    if (idle_[bulk] == 0) add_thread_for(bulk);
  }
  ready_[bulk].notify_one();
  return number;
}

bool Workers::may_run(const Owner& owner, Lane lane) const {
  if (lane == Lane::bulk) return in_lane_[at(lane)] < part(count_, lane);
  if (lane == Lane::changing && owner.running[at(lane)] >= part(count_, lane)) return false;
  const auto running = owner.running[at(Lane::asking)] + owner.running[at(Lane::changing)];
  if (owner.id.empty()) return running < count_ + (lane == Lane::asking ? 1 : 0);
  return running < count_ && owned_ < 2 * count_;
}

// Who asks goes before who changes; of several owners whose job has waited longest.
Workers::Next Workers::next(bool bulk) {
  for (const auto lane : {Lane::asking, Lane::changing, Lane::bulk}) {
    if ((lane == Lane::bulk) != bulk) continue;
    Next first;
    for (auto& [id, owner] : owners_) {
      const auto& jobs = owner.jobs[at(lane)];
      if (jobs.empty() || !may_run(owner, lane)) continue;
      if (!first.owner || jobs.front().number < first.owner->jobs[at(lane)].front().number)
        first = {&owner, lane};
    }
    if (first.owner) return first;
  }
  return {};
}

void Workers::count(Owner& owner, Lane lane, bool begins) {
  const auto add = [&](std::size_t& number) { begins ? ++number : --number; };
  add(owner.running[at(lane)]);
  add(in_lane_[at(lane)]);
  if (lane != Lane::bulk && !owner.id.empty()) add(owned_);
}

bool Workers::is_one_too_many(bool bulk) const {
  const auto most = bulk ? part(count_, Lane::bulk) : 2 * count_ + 1;
  return alive_[bulk] > most + std::min(lost_[bulk], kMostLost);
}

// Where nobody is free for a job that could run.
void Workers::add_thread_for(bool bulk) {
  if (stopping_ || !next(bulk).owner) return;
  ++alive_[bulk];
  if (is_one_too_many(bulk))
    --alive_[bulk];
  else
    add_thread(bulk);
}

void Workers::add_thread(bool bulk) {
  for (auto& thread : std::exchange(ended_, {})) thread.join();  // it holds no lock any more
  const auto number = ++numbers_;
  threads_.emplace(number, std::thread([this, number, bulk] { work(number, bulk); }));
}

Workers::GivenUp Workers::give_up(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  if (const auto found = running_.find(number); found != running_.end()) {
    auto& job = found->second;
    const char* plugin = job.inside ? job.inside->load(std::memory_order_acquire) : nullptr;
    GivenUp given_up{Outcome::runs, plugin ? plugin : job.owner->id};
    const bool bulk = job.lane == Lane::bulk;
    if (!std::exchange(job.is_lost, true)) {
      count(*job.owner, job.lane, false);
      ++lost_[bulk];
      if (idle_[bulk] == 0) add_thread_for(bulk);
      ready_[bulk].notify_one();
    }
    return given_up;
  }
  for (auto& [id, owner] : owners_)
    for (auto& jobs : owner.jobs) {
      const auto found =
          std::ranges::lower_bound(jobs, number, {}, [](const Waiting& one) { return one.number; });
      if (found == jobs.end() || found->number != number) continue;
      jobs.erase(found);
      return {Outcome::waited, id};
    }
  return {};
}

void Workers::stop() {
  std::unordered_map<std::uint64_t, std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, owner] : owners_)
      for (auto& jobs : owner.jobs) jobs.clear();
    threads = std::exchange(threads_, {});
  }
  for (auto& ready : ready_) ready.notify_all();
  for (auto& [number, thread] : threads) thread.join();
  for (auto& thread : std::exchange(ended_, {})) thread.join();
}

// A thread that has ended a job looks for the next before it sleeps, so that a lane or an owner
// that was full goes on without being woken.
void Workers::work(std::uint64_t thread, bool bulk) {
  if (bulk) run_in_background();
  const auto* inside = inside_ ? inside_() : nullptr;
  std::unique_lock lock(mutex_);
  while (!stopping_ && !is_one_too_many(bulk)) {
    const auto taken = next(bulk);
    if (taken.owner) {
      run(lock, taken, inside);
      continue;
    }
    ++idle_[bulk];
    ready_[bulk].wait(lock);
    --idle_[bulk];
  }
  --alive_[bulk];
  const auto self = threads_.find(thread);
  if (self == threads_.end()) return;  // stop() joins it
  ended_.push_back(std::move(self->second));
  threads_.erase(self);
}

void Workers::run(std::unique_lock<std::mutex>& lock, Next taken,
                  const std::atomic<const char*>* inside) {
  const bool bulk = taken.lane == Lane::bulk;
  auto& jobs = taken.owner->jobs[at(taken.lane)];
  auto job = std::move(jobs.front());
  jobs.pop_front();
  running_.emplace(job.number, Running{taken.owner, taken.lane, inside, false});
  count(*taken.owner, taken.lane, true);
  if (idle_[bulk] == 0) add_thread_for(bulk);  // two may have come before this one woke
  lock.unlock();
  job.run();
  job.run = nullptr;
  lock.lock();
  const auto found = running_.find(job.number);
  if (found->second.is_lost)
    --lost_[bulk];
  else
    count(*taken.owner, taken.lane, false);
  running_.erase(found);
}

}  // namespace swapmeet::http
