// The readers of GET /api/v1/events: every event of the bus goes to each of them, as server-sent
// events (the WHATWG HTML standard, 9.2), and a comment now and then keeps idle ones open and finds
// those that are gone. A reader that falls behind is cut off by the front and has to come again.
// Threads: thread-safe; one thread of its own for the heartbeat.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/services/event_bus.h"
#include "swapmeet/http.h"
#include "swapmeet/time.h"

namespace swapmeet {

class EventStreams {
 public:
  // The clock outlives this.
  EventStreams(EventBus& events, Clock& clock, std::chrono::milliseconds heartbeat);
  ~EventStreams();
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;

  // `everything`: also what happens to this host's own files, which is its person's business.
  // With a `watch`: only what that finds. `listening` is held for as long as the reader is there.
  void add(std::shared_ptr<http::StreamWriter> reader, bool everything,
           const std::string& watch = {}, std::shared_ptr<Registration> listening = {});
  std::size_t size() const;

 private:
  struct Reader {
    std::shared_ptr<http::StreamWriter> writer;
    bool everything;
    std::string watch;
    std::shared_ptr<Registration> listening;
    bool wants(const Event& event) const;
  };
  void publish(const Event& event);
  void beat();

  mutable std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::vector<Reader> readers_;
  Clock& clock_;
  std::chrono::milliseconds heartbeat_;
  Registration subscription_;
  std::thread thread_;
};

// One event as it is sent. JSON has no line breaks that matter, so they become spaces.
std::string event_text(const Event& event);

}  // namespace swapmeet
