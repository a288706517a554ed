// Watches at an index. Each has a thread that listens to what the index finds, and asks anew when
// the index was away: what appeared meanwhile is not told.
// Threads: thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/time.h"
#include "swapmeet/watch.h"
#include "swapmeet/wire/event_stream.h"

namespace swapmeet::search_remote {

// How the index is spoken to, under this host's session.
struct Index {
  // The body of the answer.
  std::function<Result<std::string>(const std::string& method, const std::string& target,
                                    const std::string& body)>
      ask;
  std::function<Result<std::unique_ptr<wire::EventStream>>()> open_stream;
};

class RemoteWatches {
 public:
  static constexpr std::size_t kMost = 32;  // at once
  // `clock` must outlive it. `seed`: of what is random in the pauses while the index is away.
  RemoteWatches(Index index, Clock& clock, std::uint64_t seed)
      : index_(std::move(index)), clock_(clock), seed_(seed) {}
  ~RemoteWatches() { stop(); }

  // As of Watches::watch.
  Result<Registration> watch(const WatchRequest& request, std::function<void(const Match&)> found);
  void stop();  // idempotent

 private:
  struct Watch;
  void run(const std::shared_ptr<Watch>& watch, std::uint64_t seed) const;
  Result<void> make_room();  // with mutex_ held
  Result<std::string> ask_for(const std::string& query) const;
  static void end(Watch& watch);
  bool is_stopped() const;

  const Index index_;
  Clock& clock_;
  mutable std::mutex mutex_;
  bool stopped_ = false;
  std::uint64_t seed_;  // another for each watch
  std::vector<std::shared_ptr<Watch>> watches_;
};

}  // namespace swapmeet::search_remote
