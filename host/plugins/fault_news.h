// Tells whoever listens that a plugin is faulty (event plugin.faulty). At most once every ten
// seconds: one that fails at every request is news once, and its listeners may be what fails.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "host/services/event_bus.h"
#include "swapmeet/time.h"

namespace swapmeet {

class FaultNews {
 public:
  // Both outlive it.
  FaultNews(EventBus& events, const Clock& clock) : events_(events), clock_(clock) {}

  // `failures`: how many there have been, with this one.
  void tell(const std::string& plugin, std::string_view doing, std::string_view what,
            std::uint64_t failures);

 private:
  EventBus& events_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Instant> told_;
};

}  // namespace swapmeet
