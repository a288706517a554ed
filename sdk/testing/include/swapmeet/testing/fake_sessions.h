// The host's sessions as a test sees them: nobody has one, and what a plugin tells of its accounts
// is remembered. Threads: thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/sessions.h"

namespace swapmeet::testing {

class FakeSessions final : public Sessions {
 public:
  Result<void> change(const Authenticator&, const Grant& now) override {
    const std::lock_guard lock(mutex_);
    changes_.push_back(now);
    return {};
  }
  Result<void> end(const Authenticator&, const std::string& account) override {
    const std::lock_guard lock(mutex_);
    ended_.push_back(account);
    return {};
  }

  // Told since the last time that somebody looked.
  std::vector<Grant> take_changes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
  }
  std::vector<std::string> take_ended() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ended_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<Grant> changes_;
  std::vector<std::string> ended_;
};

}  // namespace swapmeet::testing
