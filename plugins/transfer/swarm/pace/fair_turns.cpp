#include "transfer/swarm/pace/fair_turns.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kComesBack{20};  // by which one who waits may come back
constexpr std::chrono::milliseconds kMoment{5};

}  // namespace

std::optional<Instant> FairTurns::ask(Share& share, double turn, Instant now) {
  const bool waited = share.due && now - *share.due <= kComesBack;
  forget(share);
  if (!waited) share.had = std::max(share.had, now_ - turn);
  while (!waiting_.empty() && now - *waiting_.begin()->second->due > kComesBack)
    forget(*waiting_.begin()->second);
  if (!waiting_.empty() && waiting_.begin()->first + turn < share.had)
    return std::max(*waiting_.begin()->second->due, now + kMoment);
  now_ = std::max(now_, share.had);
  return std::nullopt;
}

void FairTurns::wait(Share& share, Instant due) {
  forget(share);
  share.due = due;
  waiting_.emplace(share.had, &share);
}

void FairTurns::serve(Share& share, double bytes) {
  const auto due = share.due;
  forget(share);
  share.had += bytes;
  if (due) wait(share, *due);
}

void FairTurns::forget(Share& share) {
  if (!share.due) return;
  waiting_.erase({share.had, &share});
  share.due.reset();
}

}  // namespace swapmeet::transfer_swarm
