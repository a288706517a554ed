// The pump moves changes from a feed to a follower, in batches, on a thread of its own. It keeps no
// state that must last: after any crash it asks the follower where it stands and goes on from
// there, or starts over from base 0 when the two have lost each other. A side that fails, or a
// follower that conflicts or stays where it is, is tried again after growing pauses.
// Threads: one of its own; start, stop and hurry are anyone's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "host/plugins/gate.h"
#include "swapmeet/backoff.h"
#include "swapmeet/feed.h"
#include "swapmeet/host.h"
#include "swapmeet/time.h"

namespace swapmeet {

// The ways into the plugins whose feed and follower they are; nullptr: the host's own.
struct PumpGates {
  Gate* feed = nullptr;
  Gate* follower = nullptr;
};

class Pump {
 public:
  // `name` is for the log, `seed` for the pauses. Feed, follower and clock must outlive the pump.
  Pump(ChangeFeed& feed, ChangeFollower& follower, std::string name, Log log, Clock& clock,
       std::uint64_t seed, PumpGates gates = {});
  ~Pump() { stop(); }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  void start();
  void stop();  // idempotent; waits for the batch that is being applied

  // Tries again now, if it is in a pause: what held it up may be over.
  void hurry();

  // What the thread does, once: moves a batch, and says how long to pause before the next; nullopt:
  // the follower has caught up, so until the feed advances or it is time to look whether the
  // follower still has what it had. For the thread, or for a test without.
  std::optional<std::chrono::milliseconds> round();

 private:
  enum class Moved : std::uint8_t { a_batch, nothing };

  Result<Moved> move();
  void run();
  void wake();
  void report(const Error& error);
  void goes_on();
  void release_gates();
  template <class Call>
  auto of_feed(const char* doing, Call call);
  template <class Call>
  auto of_follower(const char* doing, Call call);

  ChangeFeed& feed_;
  ChangeFollower& follower_;
  const std::string name_;
  const PumpGates gates_;
  const Log log_;
  Clock& clock_;
  static constexpr std::size_t kBatch = 2000;  // changes
  // The thread's own:
  std::size_t most_ = kBatch;  // less after a batch that was too large
  Backoff backoff_;
  std::optional<FeedPosition> tried_;  // where the follower stood when the last batch was applied
  std::string last_problem_;
  Gate* at_fault_ = nullptr;  // whose call has failed last
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;
  bool hurried_ = false;
  bool stopping_ = false;
  Registration wake_up_;
  std::thread thread_;
};

}  // namespace swapmeet
