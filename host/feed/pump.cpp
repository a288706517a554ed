#include "host/feed/pump.h"

#include <algorithm>
#include <utility>

#include "swapmeet/background.h"

namespace swapmeet {
namespace {

using std::chrono::milliseconds;

constexpr BackoffLimits kAfterFailures{milliseconds(200), milliseconds(30'000)};  // after failures
// A follower that has caught up may have lost what it had since, as a program that crashed.
constexpr std::chrono::seconds kLookAgain{3};

// Whether that says something of the plugin, and not of a network or of another host.
bool is_fault(ErrorCode code) {
  constexpr ErrorCode kFaults[] = {
      ErrorCode::invalid_argument, ErrorCode::conflict,    ErrorCode::too_large, ErrorCode::corrupt,
      ErrorCode::no_space,         ErrorCode::unsupported, ErrorCode::internal};
  return std::find(std::begin(kFaults), std::end(kFaults), code) != std::end(kFaults);
}

// As long as the follower says, where it does, up to a quarter of an hour.
milliseconds pause_after(const Error& error, Backoff& backoff) {
  constexpr std::chrono::minutes kLongest{15};
  const auto pause = backoff.next();
  if (!error.retry_after) return pause;
  return std::max(pause, std::min<milliseconds>(*error.retry_after, kLongest));
}

}  // namespace

Pump::Pump(ChangeFeed& feed, ChangeFollower& follower, std::string name, Log log, Clock& clock,
           std::uint64_t seed, PumpGates gates)
    : feed_(feed),
      follower_(follower),
      name_(std::move(name)),
      gates_(gates),
      log_(std::move(log)),
      clock_(clock),
      backoff_(kAfterFailures, seed) {}

void Pump::start() {
  auto wake_up = through(gates_.feed, "on_advance()", [this]() -> Result<Registration> {
    return feed_.on_advance([this] { wake(); });
  });
  if (wake_up)
    wake_up_ = std::move(*wake_up);
  else
    log_(LogLevel::error, "does not hear of changes",
         {{"feed", name_}, {"why", wake_up.error().message}});
  thread_ = std::thread([this] { run(); });
}

void Pump::stop() {
  wake_up_.reset();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  release_gates();
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

template <class Call>
auto Pump::of_feed(const char* doing, Call call) {
  at_fault_ = gates_.feed;
  return through(gates_.feed, doing, call);
}

template <class Call>
auto Pump::of_follower(const char* doing, Call call) {
  at_fault_ = gates_.follower;
  return through(gates_.follower, doing, call);
}

Result<Pump::Moved> Pump::move() {
  const auto changes_after = [this](Revision after) {
    return of_feed("changes_after()", [&] { return feed_.changes_after(after, most_); });
  };
  auto stands = of_follower("applied()", [&] { return follower_.applied(); });
  if (!stands) return std::move(stands).error();
  auto state = of_feed("state()", [&] { return feed_.state(); });
  if (!state) return std::move(state).error();
  const bool lost = stands->feed != state->feed || stands->revision > state->latest;
  if (!lost && stands->revision == state->latest) {
    tried_.reset();
    return Moved::nothing;
  }
  at_fault_ = gates_.follower;
  if (tried_ == *stands)
    return Error{ErrorCode::conflict,
                 "the follower took a batch and still stands at revision " +
                     std::to_string(stands->revision),
                 {}};
  if (tried_) backoff_.reset();  // it got further
  auto batch = changes_after(lost ? 0 : stands->revision);
  // The feed no longer reaches back to there: all over again.
  if (!batch && batch.error().code == ErrorCode::conflict && stands->revision != 0)
    batch = changes_after(0);
  if (!batch) return std::move(batch).error();
  auto applied = of_follower("apply()", [&] { return follower_.apply(*batch); });
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
  if (at_fault_) at_fault_->hold_up(name_, error.message, is_fault(error.code));
  if (error.message == last_problem_) return;
  last_problem_ = error.message;
  log_(LogLevel::warning, "is held up and tries again",
       {{"feed", name_}, {"plugin", at_fault_ ? at_fault_->id() : "host"}, {"why", last_problem_}});
}

void Pump::release_gates() {
  for (auto* gate : {gates_.feed, gates_.follower})
    if (gate) gate->hold_up(name_, {}, false);
}

void Pump::goes_on() {
  release_gates();
  if (!last_problem_.empty()) log_(LogLevel::info, "goes on", {{"feed", name_}});
  last_problem_.clear();
}

std::optional<milliseconds> Pump::round() {
  auto moved = move();
  if (!moved) {
    tried_.reset();  // the next round may try the same again
    report(moved.error());
    return pause_after(moved.error(), backoff_);
  }
  if (*moved == Moved::a_batch) return milliseconds(0);
  goes_on();
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
