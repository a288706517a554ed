#include "host/feed/pump.h"

#include <algorithm>
#include <utility>

#include "host/plugins/guard.h"
#include "swapmeet/background.h"

namespace swapmeet {
namespace {

using std::chrono::milliseconds;

constexpr BackoffLimits kAfterFailures{milliseconds(200), milliseconds(30'000)};  // after failures
// A follower that has caught up may have lost what it had since, as a program that crashed.
constexpr std::chrono::seconds kLookAgain{3};

}  // namespace

Pump::Pump(ChangeFeed& feed, ChangeFollower& follower, std::string name, Log log, Clock& clock,
           std::uint64_t seed)
    : feed_(feed),
      follower_(follower),
      name_(std::move(name)),
      log_(std::move(log)),
      clock_(clock),
      backoff_(kAfterFailures, seed) {}

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

void Pump::hurry() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    hurried_ = true;
  }
  changed_.notify_all();
}

Result<Pump::Moved> Pump::move() {
  auto stands = follower_.applied();
  if (!stands) return std::move(stands).error();
  auto state = feed_.state();
  if (!state) return std::move(state).error();
  const bool lost = stands->feed != state->feed || stands->revision > state->latest;
  if (!lost && stands->revision == state->latest) {
    tried_.reset();
    return Moved::nothing;
  }
  if (tried_ == *stands)
    return Error{ErrorCode::conflict,
                 "the follower took a batch and still stands at revision " +
                     std::to_string(stands->revision),
                 {}};
  if (tried_) backoff_.reset();  // it got further
  auto batch = feed_.changes_after(lost ? 0 : stands->revision, most_);
  // The feed no longer reaches back to there: all over again.
  if (!batch && batch.error().code == ErrorCode::conflict && stands->revision != 0)
    batch = feed_.changes_after(0, most_);
  if (!batch) return std::move(batch).error();
  auto applied = follower_.apply(*batch);
  if (!applied && applied.error().code == ErrorCode::too_large && most_ > 1) {
    most_ /= 2;
    return Moved::a_batch;  // nothing yet, but at once again
  }
  if (!applied) return std::move(applied).error();
  most_ = std::min(most_ * 2, kBatch);
  tried_ = *stands;
  return Moved::a_batch;
}

void Pump::report(const Error& error) {
  if (error.message == last_problem_) return;
  last_problem_ = error.message;
  log_(LogLevel::warning, "is held up and tries again", {{"feed", name_}, {"why", last_problem_}});
}

std::optional<milliseconds> Pump::round() {
  auto moved = guarded([&] { return move(); });
  if (!moved) {
    tried_.reset();  // the next round may try the same again
    report(moved.error());
    return backoff_.next();
  }
  if (*moved == Moved::a_batch) return milliseconds(0);
  if (!last_problem_.empty()) log_(LogLevel::info, "goes on", {{"feed", name_}});
  last_problem_.clear();
  backoff_.reset();
  return std::nullopt;
}

void Pump::run() {
  run_in_background();
  std::optional<milliseconds> pause{0};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!pause)
      clock_.wait_for(lock, changed_, kLookAgain, [&] { return stopping_ || woken_; });
    else if (pause->count() > 0)
      clock_.wait_for(lock, changed_, *pause, [&] { return stopping_ || hurried_; });
    if (stopping_) return;
    if (std::exchange(hurried_, false)) backoff_.reset();
    woken_ = false;
    lock.unlock();
    pause = round();
    lock.lock();
  }
}

}  // namespace swapmeet
