// A fixed number of threads with a bounded queue. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace swapmeet::http {

class Workers {
 public:
  explicit Workers(std::size_t count);
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when the queue is full (1,024 jobs) or the workers have been stopped.
  bool post(std::function<void()> job);
  // Lets running jobs end, forgets waiting ones, joins.
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::http
