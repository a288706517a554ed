// Who may not come in: peers by their id, and all who call from some addresses. Asked for every
// request, on the front's own thread, so it is all in memory as well.
// Threads: thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "host/limits/ban_store.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

class Bans {
 public:
  static constexpr std::size_t kMost = 10'000;

  // Store and clock outlive it.
  Bans(BanStore& store, const Clock& clock) : store_(store), clock_(clock) {}
  // Takes up what was kept, once, before anything else.
  Result<void> restore();

  // The ban as it is kept, with its number. `invalid_argument`: of nobody, without a reason, or
  // over already. `too_many`: there are kMost.
  Result<Ban> add(Ban ban);
  Result<void> lift(std::int64_t number);  // `not_found`
  std::vector<Ban> all();                  // that are not over, oldest first

  // `not_allowed`, with the reason and the end.
  Result<void> check(const PeerId& peer) const;
  Result<void> check_address(std::string_view address) const;

 private:
  template <class Applies>
  Result<void> check(const char* who, Applies applies) const;
  void drop_over();

  BanStore& store_;
  const Clock& clock_;
  std::mutex changing_;  // one at a time changes the store; before mutex_
  mutable std::shared_mutex mutex_;
  std::vector<Ban> bans_;
  std::atomic<bool> any_{false};
};

}  // namespace swapmeet
