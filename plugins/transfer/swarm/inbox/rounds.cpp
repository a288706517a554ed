#include "transfer/swarm/inbox/rounds.h"

#include <exception>
#include <utility>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::chrono::milliseconds kIdle{60'000};

}  // namespace

void Rounds::start(Round round) {
  threads_.emplace_back([this, round = std::move(round)] { run(round); });
}

void Rounds::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++woken_;
  }
  changed_.notify_all();
}

void Rounds::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Rounds::run(const Round& round) {
  while (!stopping_) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      seen = woken_;
    }
    const bool soon = try_round(round);
    std::unique_lock lock(mutex_);
    clock_.wait_for(lock, changed_, soon ? soon_ : kIdle,
                    [&] { return stopping_ || woken_ != seen; });
  }
}

bool Rounds::try_round(const Round& round) const {
  try {
    return round();
  } catch (const std::exception& exception) {  // the disk is full, say
    if (log_) log_(LogLevel::error, "the inbox cannot go on now", {{"why", exception.what()}});
    return true;
  }
}

}  // namespace swapmeet::transfer_swarm
