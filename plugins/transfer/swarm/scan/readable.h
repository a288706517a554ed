// Tells when a descriptor can be read, so that a thread may wait for that and for a clock at once.
// Threads: one of its own, which only waits; `ready` is called there.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "swapmeet/http.h"

namespace swapmeet::transfer_swarm {

class Readable {
 public:
  // Calls `ready` when there is something to read, and then not before again(). The descriptor must
  // outlive it; one below 0 is never readable.
  Readable(int descriptor, std::function<void()> ready);
  ~Readable();
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;
  // What there was has been read.
  void again();

 private:
  void run();

  const int descriptor_;
  const std::function<void()> ready_;
  http::OpenFile bell_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace swapmeet::transfer_swarm
