// Asks the registry for the sources of one content, again and again: often at first, as others
// begin at the same time, then less. It also looks up where the peers are now whom a request named.
// Threads: one of its own, which calls `requested` and `tell` without a lock of its own; all
// methods are thread-safe. stop() waits for the registry if that is being asked.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "swapmeet/registry.h"
#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class SourceAsker {
 public:
  struct Answer {
    std::vector<Source> moved;  // the requested ones, at the addresses that their peers have now
    Result<ContentRecord> record;
  };
  struct Errand {
    ContentId content;
    std::chrono::milliseconds longest_pause{15'000};
    std::function<std::vector<Source>()> requested;  // whom requests named
    std::function<void(const Answer&)> tell;
  };
  SourceAsker(Registry& registry, Clock& clock, Errand errand);
  ~SourceAsker();
  void start();
  void interrupt();  // it asks no more, and ends by itself
  void stop();       // interrupts, and waits; idempotent

 private:
  void ask();
  Registry& registry_;
  Clock& clock_;
  const Errand errand_;
  std::thread thread_;
  std::mutex mutex_;  // guards ending_
  std::condition_variable changed_;
  bool ending_ = false;
};

}  // namespace swapmeet::transfer_swarm
