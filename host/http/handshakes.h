// Shakes hands with clients that speak TLS, on threads of its own: the mathematics of one handshake
// takes longer than most answers, and a flood of them must not keep those waiting whose hands are
// shaken. A client that is slow holds no thread: it comes back here when more of its first message
// has arrived; what comes after that message is no work, and done on the socket thread. Threads:
// thread-safe. A channel that was posted is this object's until its end is told.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "host/http/channel.h"

namespace swapmeet::http {

class Handshakes {
 public:
  struct Step {
    std::uint64_t connection = 0;
    Channel::Outcome outcome = Channel::Outcome::blocked;  // of Channel::shake_hands
  };
  // `tell` is called on one of the threads. They begin with the first that is posted.
  Handshakes(std::size_t threads, std::function<void(Step)> tell);
  ~Handshakes();
  Handshakes(const Handshakes&) = delete;
  Handshakes& operator=(const Handshakes&) = delete;

  void post(std::uint64_t connection, Channel& channel);
  // Nothing is told any more; what waits is forgotten.
  void stop();

 private:
  struct Posted {
    std::uint64_t connection;
    Channel* channel;
  };
  void work();

  const std::size_t most_threads_;
  const std::function<void(Step)> tell_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Posted> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::http
