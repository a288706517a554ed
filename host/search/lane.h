// The threads that ask one search, of several or on trial, so that one that is slow or hangs keeps
// only these busy. They begin as they are needed and end with the lane, each when its call has
// returned: a call that never does keeps what it was given, and nothing else. Threads: any.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace swapmeet {

class Lane {
 public:
  struct Options {
    std::size_t threads = 8;
    std::size_t waiting = 64;
    bool in_background = false;  // they give way to others
  };
  Lane() : Lane(Options{}) {}
  explicit Lane(const Options& options) : state_(std::make_shared<State>(options)) {}
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Has `work` done by a thread of the lane; what it needs it must hold. False: all are busy and
  // enough waits already.
  bool run(std::function<void()> work);
  // Nothing is done there, and nothing waits.
  bool is_idle() const;

 private:
  struct State {
    explicit State(const Options& of) : options(of) {}
    const Options options;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> waiting;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool ended = false;
  };
  static void work(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;
};

}  // namespace swapmeet
