#include "host/feed/pump.h"

#include <algorithm>
#include <random>

#include "host/plugins/guard.h"

namespace swapmeet {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr std::chrono::milliseconds kShortest{200};  // pauses after failures
constexpr std::chrono::milliseconds kLongest{30'000};

}  // namespace

Pump::Pump(ChangeFeed& feed, ChangeFollower& follower, std::string name, LogFn log)
    : feed_(feed), follower_(follower), name_(std::move(name)), log_(std::move(log)) {}

void Pump::start() {
  wake_up_ = feed_.on_advance([this] { wake(); });
  thread_ = std::thread([this] { run(); });
}

void Pump::stop() {
  wake_up_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Pump::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

Result<bool> Pump::move_once(ChangeFeed& feed, ChangeFollower& follower) {
  auto state = feed.state();
  if (!state) return std::move(state).error();
  auto stands = follower.applied();
  if (!stands) return std::move(stands).error();
  const bool lost = stands->feed != state->feed || stands->revision > state->latest ||
                    (stands->revision != 0 && stands->revision < state->oldest);
  if (!lost && stands->revision == state->latest) return false;
  auto batch = feed.changes_after(lost ? 0 : stands->revision, kBatch);
  if (!batch) return std::move(batch).error();
  auto applied = follower.apply(*batch);
  // A conflict means that the follower moved meanwhile: the next round asks it again.
  if (!applied && applied.error().code != ErrorCode::conflict) return std::move(applied).error();
  return true;
}

void Pump::run() {
  std::minstd_rand jitter(std::random_device{}());
  std::chrono::milliseconds pause{0};
  std::string last_problem;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (pause.count() > 0)
      changed_.wait_for(lock, pause, [&] { return stopping_; });
    else
      changed_.wait(lock, [&] { return stopping_ || woken_; });
    if (stopping_) return;
    woken_ = false;
    lock.unlock();
    auto moved = guarded([&] { return move_once(feed_, follower_); });
    if (moved) {
      if (!last_problem.empty()) log_(LogLevel::info, "goes on", {{"feed", name_}});
      last_problem.clear();
      pause = std::chrono::milliseconds(0);
    } else {
      if (moved.error().message != last_problem) {
        last_problem = moved.error().message;
        log_(LogLevel::warning, "is held up and tries again",
             {{"feed", name_}, {"why", last_problem}});
      }
      pause = std::clamp(pause * 2, kShortest, kLongest);
      pause += pause * static_cast<int>(jitter() % 100) / 400;
    }
    lock.lock();
    if (moved && *moved) woken_ = true;
  }
}

}  // namespace swapmeet
