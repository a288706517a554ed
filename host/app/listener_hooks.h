// What all listeners of a host have in common: their requests are counted, timed and logged, and
// wait for a plugin only so long. running_host adds what is of one listener alone.
// Threads: made by the main thread; the hooks are called on the listeners' own.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "host/http/server.h"
#include "host/services/metrics.h"

namespace swapmeet {

class ListenerHooks {
 public:
  // Outlives the listeners, as the metrics do.
  explicit ListenerHooks(Metrics& metrics) : metrics_(metrics) {}

  void set_call_deadline(std::chrono::milliseconds deadline) { call_deadline_ = deadline; }
  // `source` is for the log, `listener` for /metrics.
  http::Hooks of(const std::string& source, const std::string& listener);

 private:
  Metrics& metrics_;
  std::atomic<std::chrono::milliseconds> call_deadline_{};
};

}  // namespace swapmeet
