// How one search follows the registry: the pump that moves the changes, and where it stands, for
// whoever waits until it has caught up. Calls of the search go through its gate.
// Threads: the pump's own; wait() is anyone's.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "host/feed/pump.h"
#include "host/plugins/gate.h"
#include "swapmeet/feed.h"

namespace swapmeet {

class Following final : public ChangeFollower {
 public:
  struct Parts {
    ChangeFeed& feed;
    ChangeFollower& follower;
    Gate& gate;
    Log log;
    Clock& clock;
    std::uint64_t seed;
  };
  explicit Following(const Parts& parts);
  ~Following() override { stop(); }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;

  void start() { pump_.start(); }
  void stop() { pump_.stop(); }  // idempotent
  // Until it stands at the latest revision of the feed. `timed_out` says where it stands instead
  // and what held it up; `cancelled`: give_up() was called.
  Result<void> wait_until_caught_up(Instant until);
  void give_up();
  // Whether it has, at any time since it started.
  bool has_caught_up_once();

  Result<FeedPosition> applied() override;
  Result<void> apply(const ChangeBatch& batch) override;

 private:
  bool has_caught_up();
  Result<FeedPosition> stands();
  void heard(std::string problem);

  ChangeFeed& feed_;
  ChangeFollower& follower_;
  Gate& gate_;
  Clock& clock_;
  std::atomic<bool> caught_up_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t batches_ = 0;  // that were moved or refused
  bool given_up_ = false;
  std::string problem_;  // of the last batch; empty: it was taken
  Pump pump_;
};

}  // namespace swapmeet
