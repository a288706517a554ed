// One question that several are asked, and their answers as they come. What comes after the round
// has ended is dropped. Threads: any.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

template <class T>
class Round {
 public:
  explicit Round(std::size_t members) : answers_(members) {}

  void put(std::size_t member, Result<T> answer) {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      answers_[member] = std::move(answer);
    }
    changed_.notify_all();
  }

  // Until `until`, or until those have answered that are waited for; if that is none, all. The
  // answers, with `timed_out` for who gave none. Once.
  std::vector<Result<T>> wait(Clock& clock, Instant until, std::vector<bool> waited_for) {
    if (std::find(waited_for.begin(), waited_for.end(), true) == waited_for.end())
      waited_for.assign(waited_for.size(), true);
    std::unique_lock lock(mutex_);
    clock.wait_until(lock, changed_, until, [&] {
      for (std::size_t at = 0; at < answers_.size(); ++at)
        if (waited_for[at] && !answers_[at]) return false;
      return true;
    });
    ended_ = true;
    std::vector<Result<T>> all;
    for (auto& answer : answers_)
      all.push_back(answer ? std::move(*answer)
                           : Error{ErrorCode::timed_out, "it did not answer in time", {}});
    return all;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<Result<T>>> answers_;
  bool ended_ = false;
};

}  // namespace swapmeet
