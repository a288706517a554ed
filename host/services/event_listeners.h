// The listeners of one plugin: what is published waits here, and one thread of the plugin's own
// tells the listeners, in order. A publisher never waits for them. When too much waits, the oldest
// is dropped, for a listener that is too slow wants to know how things are, and not how they were.
// Threads: thread-safe; one of its own, from the first add() on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "host/services/event_bus.h"
#include "swapmeet/event.h"
#include "swapmeet/registration.h"

namespace swapmeet {

class EventListeners {
 public:
  static constexpr std::size_t kMostWaiting = 4096;  // events
  using Listener = std::function<void(const Event&)>;

  // The bus outlives it. `dropped`, if any, is called for each event that is dropped, on the
  // publisher's thread.
  explicit EventListeners(EventBus& bus, std::function<void()> dropped = {},
                          std::size_t most_waiting = kMostWaiting);
  // No listener may be left: the thread ends after what it is at.
  ~EventListeners();
  EventListeners(const EventListeners&) = delete;
  EventListeners& operator=(const EventListeners&) = delete;

  // Hears of what is published from now on. Once the registration is gone no call is running,
  // unless the listener itself ends it. It may outlive this object.
  Registration add(Listener listener);

 private:
  struct State;
  void begin();
  static void work(const std::shared_ptr<State>& state);

  EventBus& bus_;
  const std::function<void()> dropped_;
  const std::size_t most_waiting_;
  const std::shared_ptr<State> state_;
  std::mutex beginning_;
  Registration subscription_;
  std::thread thread_;
};

}  // namespace swapmeet
