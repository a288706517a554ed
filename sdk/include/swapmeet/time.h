// Times: UTC, in milliseconds; on the wire RFC 3339 ("2026-01-01T00:00:00Z", fraction optional).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// "2026-01-01T00:00:00Z"; milliseconds are written only when they are not zero.
std::string to_rfc3339(Time time);
// Accepts any offset and up to nine digits of fraction; nullopt when it is not RFC 3339.
std::optional<Time> from_rfc3339(std::string_view text);

// Where a part gets its time from, so that tests can turn the hands. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;                                      // the calendar; may jump
  virtual std::chrono::steady_clock::time_point steady() const = 0;  // never goes back
};

}  // namespace swapmeet
