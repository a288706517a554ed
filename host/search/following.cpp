#include "host/search/following.h"

#include <utility>

namespace swapmeet {

Following::Following(const Parts& parts)
    : feed_(parts.feed),
      follower_(parts.follower),
      gate_(parts.gate),
      clock_(parts.clock),
      pump_(parts.feed, *this, "indexing of " + parts.gate.id(), parts.log, parts.clock, parts.seed,
            PumpGates{.feed = nullptr, .follower = &parts.gate}) {}

// The pump has gone through the gate already.
Result<FeedPosition> Following::applied() { return follower_.applied(); }

Result<void> Following::apply(const ChangeBatch& batch) {
  try {
    auto applied = follower_.apply(batch);
    heard(applied ? std::string() : applied.error().message);
    return applied;
  } catch (...) {
    heard("it failed");
    throw;
  }
}

void Following::heard(std::string problem) {
  {
    const std::lock_guard lock(mutex_);
    ++batches_;
    problem_ = std::move(problem);
  }
  changed_.notify_all();
}

Result<FeedPosition> Following::stands() {
  return gate_.call("applied()", [&] { return follower_.applied(); });
}

bool Following::has_caught_up() {
  const auto state = feed_.state();
  const auto stands = this->stands();
  return state && stands && *stands == FeedPosition{state->feed, state->latest};
}

Result<void> Following::wait_until_caught_up(Instant until) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto batches = batches_;
    lock.unlock();
    const bool caught_up = has_caught_up();
    lock.lock();
    if (given_up_) return Error{ErrorCode::cancelled, "the host stops", {}};
    if (caught_up) return {};
    if (!clock_.wait_until(lock, changed_, until, [&] { return given_up_ || batches_ != batches; }))
      break;
  }
  const auto problem = problem_;
  lock.unlock();
  const auto stands = this->stands();
  const auto state = feed_.state();
  std::string where;
  if (stands && state)
    where = ": it stands at revision " + std::to_string(stands->revision) + " of " +
            std::to_string(state->latest);
  return Error{ErrorCode::timed_out,
               "it has not caught up with the registry in time" + where +
                   (problem.empty() ? "" : ", " + problem),
               {}};
}

bool Following::has_caught_up_once() {
  if (!caught_up_ && has_caught_up()) caught_up_ = true;
  return caught_up_;
}

void Following::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  changed_.notify_all();
}

}  // namespace swapmeet
