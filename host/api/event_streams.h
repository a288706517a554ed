// The readers of GET /api/v1/events: every event of the bus goes to those that it is for, as
// server-sent events (the WHATWG HTML standard, 9.2), and a comment now and then keeps idle ones
// open and finds those that are gone. A reader that falls behind is cut off by the front and has to
// come again: it is sent what it has missed, as long as that is remembered.
// Threads: thread-safe; one thread of its own for the heartbeat.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/api/event_filter.h"
#include "host/services/event_bus.h"
#include "swapmeet/http.h"
#include "swapmeet/time.h"

namespace swapmeet {

class EventStreams {
 public:
  static constexpr std::size_t kRemembered = 512;  // events

  // The clock outlives this.
  EventStreams(EventBus& events, Clock& clock, std::chrono::milliseconds heartbeat);
  ~EventStreams();
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  // `held` is for as long as the reader is there. `last`: the id of the last event that
  // it heard when it was here before; empty or unknown: it begins with what comes now.
  void add(std::shared_ptr<http::StreamWriter> reader, EventFilter filter,
           std::vector<std::shared_ptr<Registration>> held = {}, std::string_view last = {});
  std::size_t size() const;

 private:
  struct Reader {
    std::shared_ptr<http::StreamWriter> writer;
    EventFilter filter;
    std::vector<std::shared_ptr<Registration>> held;
  };
  struct Numbered {
    std::uint64_t number;
    Event event;
  };
  void publish(const Event& event);
  void beat();
  std::string text_of(const Numbered& event) const;
  std::uint64_t number_of(std::string_view id) const;  // the last one, when it is unknown

  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::vector<Reader> readers_;
  std::deque<Numbered> remembered_;  // the last ones
  std::uint64_t published_ = 0;
  Clock& clock_;
  const std::string run_;  // of ids: those of another start of the host are unknown
  std::chrono::milliseconds heartbeat_;
  Registration subscription_;
  std::thread thread_;
};

// One event as it is sent. JSON has no line breaks that matter, so they become spaces.
std::string event_text(const Event& event, const std::string& id);

}  // namespace swapmeet
