// Reads server-sent events (the WHATWG HTML standard, 9.2) of a host: GET /api/v1/events.
// Threads: follow() blocks its caller; end() may be called from any thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/wire/client.h"

namespace swapmeet::wire {

class EventStream {
 public:
  // All but the timeout counts.
  explicit EventStream(ClientOptions options);
  EventStream(std::string url, std::string token);

  // Calls `heard`, which must not throw, for each event until the stream breaks; ok only after
  // end(). `unavailable`: the host cannot be reached, or ended the stream; `timed_out`: not even a
  // heartbeat for 45 s; else the code of the problem document.
  Result<void> follow(
      const std::string& target,
      const std::function<void(const std::string& topic, const std::string& data)>& heard);
  // Ends the follow() that runs or comes next.
  void end();

 private:
  bool set_descriptor(int descriptor);  // false: it has been ended

  const ClientOptions options_;
  std::mutex mutex_;
  int descriptor_ = -1;  // of the connection, while it is open
  bool ended_ = false;
};

}  // namespace swapmeet::wire
