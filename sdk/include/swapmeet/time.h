// Times: UTC, in milliseconds; on the wire RFC 3339 ("2026-01-01T00:00:00Z", fraction optional).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace swapmeet {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// "2026-01-01T00:00:00Z"; milliseconds are written only when they are not zero.
std::string to_rfc3339(Time time);
// Accepts any offset and up to nine digits of fraction; nullopt when it is not RFC 3339.
std::optional<Time> from_rfc3339(std::string_view text);

using Instant = std::chrono::steady_clock::time_point;

// Where a part gets its time from and waits for it, so that a test can control time: product code
// reads and waits on no other clock. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;        // the calendar; may jump
  virtual Instant steady() const = 0;  // never goes back
  // Releases `lock` until `changed` is notified or steady() has reached `until`, as
  // std::condition_variable::wait_until does; may return early without a reason.
  virtual void wait_once(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                         Instant until) = 0;

  // Waits until `done()`, which is called with the lock held, or until then. Returns done().
  template <class Done>
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  Instant until, Done done) {
    while (!done()) {
      if (steady() >= until) return done();
      wait_once(lock, changed, until);
    }
    return true;
  }
  template <class Done>
  bool wait_for(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                std::chrono::nanoseconds span, Done done) {
    return wait_until(lock, changed, steady() + std::chrono::duration_cast<Instant::duration>(span),
                      done);
  }
  // Blocks this thread, which nothing can wake: for programs that have nothing else to do.
  void sleep_for(std::chrono::nanoseconds span) {
    std::mutex mutex;
    std::condition_variable nobody;
    std::unique_lock lock(mutex);
    wait_for(lock, nobody, span, [] { return false; });
  }
};

}  // namespace swapmeet
