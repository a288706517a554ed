// The pump moves changes from a feed to a follower, in batches, on a thread of its own. It keeps no
// state that must last: after any crash it asks the follower where it stands and goes on from
// there, or starts over from base 0 when the two have lost each other.
#pragma once

#include <condition_variable>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "swapmeet/feed.h"
#include "swapmeet/host.h"

namespace swapmeet {

using LogFn =
    std::function<void(LogLevel, std::string_view message, std::initializer_list<LogField>)>;

class Pump {
 public:
  // `name` is for the log. Feed and follower must outlive the pump.
  Pump(ChangeFeed& feed, ChangeFollower& follower, std::string name, LogFn log);
  ~Pump() { stop(); }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  void start();
  void stop();  // idempotent; waits for the batch that is being applied

  // Moves one batch. True: there may be more; false: the follower has caught up.
  static Result<bool> move_once(ChangeFeed& feed, ChangeFollower& follower);

 private:
  void run();
  void wake();

  ChangeFeed& feed_;
  ChangeFollower& follower_;
  const std::string name_;
  const LogFn log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;
  bool stopping_ = false;
  Registration wake_up_;
  std::thread thread_;
};

}  // namespace swapmeet
