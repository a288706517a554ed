// Events from whoever publishes to the parts of the host that hand them on, on the publisher's
// thread: they are quick and never wait. A plugin listens through EventListeners.
// Threads: thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>

#include "swapmeet/host.h"

namespace swapmeet {

class EventBus {
 public:
  void publish(const Event& event);
  // Not from within a listener.
  Registration subscribe(std::function<void(const Event&)> listener);

 private:
  struct State {
    std::shared_mutex mutex;  // held shared during calls: a removal waits for them
    std::map<int, std::function<void(const Event&)>> listeners;
    int next = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
