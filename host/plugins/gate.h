// The way into one plugin: every call that the host makes into it goes through here. What it throws
// becomes an Error and is counted against it; while it runs, this thread is known to be inside, and
// a call that does not come back is known by name. When too many do not, no more go in.
// Threads: any, many at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/plugins/inside.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// Thrown inside of a gate about an answer that a plugin must not give.
class BadAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Gate {
 public:
  using Threw = std::function<void(std::string_view doing, std::string_view what)>;
  // How long a call may take before it is overdue, unless it is called with something else.
  static constexpr std::chrono::milliseconds kAllowed{10'000};
  // So many overdue calls, and the gate is shut until one comes back.
  static constexpr std::size_t kMostOverdue = 16;
  // How long after its last fault a plugin counts as faulty.
  static constexpr std::chrono::seconds kFaulty{60};

  // `threw` hears of each fault. The clock outlives the gate.
  Gate(std::string id, Threw threw, const Clock& clock);
  Gate(std::string id, Threw threw);  // on the clock of the machine
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  const std::string& id() const { return id_; }

  // Runs a call that returns a Result. `doing` says what it is for, in log and status: "GET
  // /api/v1/search, request 17". What it throws is not told to who called, for that may be a
  // stranger; log and status have it.
  template <class Call>
  auto call(const Doing& doing, Call&& call, std::chrono::milliseconds allowed = kAllowed)
      -> decltype(call()) {
    if (auto shut = is_shut()) return std::move(*shut);
    const Passage passage(*this, doing, allowed);
    std::string what;
    try {
      auto answer = std::forward<Call>(call)();
      if (!answer && !is_proper(answer.error())) return improper(doing, answer.error());
      return answer;
    } catch (const std::exception& exception) {
      what = exception.what();
    } catch (...) {
      what = "it threw something that is no exception";
    }
    return failed(doing, what);
  }

  // Of something that went wrong otherwise, such as an answer that makes no sense.
  void count_fault(const Doing& doing, std::string_view what);
  // Something that the plugin has a part in does not go on until it is released; empty: it does.
  // `is_fault`: it is for the plugin to mend, and not for a disk or another host.
  void hold_up(const std::string& what, const std::string& why, bool is_fault);

  struct Health {
    bool is_faulty = false;
    std::string reason;  // why, or what it was last; empty: nothing yet
    std::uint64_t faults = 0;
    std::size_t calls = 0;    // in flight
    std::size_t overdue = 0;  // of these
  };
  Health health() const;

  struct Overdue {
    std::string doing;
    std::chrono::milliseconds since;
  };
  // Now and then: what has become overdue since, or still is after twice as long as at the last
  // time that it was told.
  std::vector<Overdue> take_overdue();

 private:
  class Passage {
   public:
    Passage(Gate& gate, const Doing& doing, std::chrono::milliseconds allowed);
    ~Passage();
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;

   private:
    friend class Gate;
    Gate& gate_;
    const Doing& doing_;
    const Inside inside_;
    const Instant began_;
    const Instant due_;
    Instant tell_;  // when it is next told as overdue
    bool is_overdue_ = false;
  };

  std::optional<Error> is_shut() const;
  static bool is_proper(const Error& error);
  Error improper(const Doing& doing, const Error& error);
  Error failed(const Doing& doing, std::string_view what);
  void mark_overdue() const;  // with mutex_ held

  const std::string id_;
  const char* const kept_id_;
  const Threw threw_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Passage*> calls_;
  mutable std::atomic<std::size_t> overdue_{0};
  std::uint64_t faults_ = 0;
  std::string reason_;
  std::optional<Instant> last_fault_;
  struct HeldUp {
    std::string why;
    bool is_fault;
  };
  std::map<std::string, HeldUp> held_up_;
};

// The same for a call that may be into a plugin, or into a part of the host's own: without a gate
// what it throws is an Error that names nobody.
template <class Call>
auto through(Gate* gate, const Doing& doing, Call&& call) -> decltype(call()) {
  if (gate) return gate->call(doing, std::forward<Call>(call));
  try {
    return std::forward<Call>(call)();
  } catch (const std::exception& exception) {
    return Error{
        ErrorCode::internal, std::string("it threw an exception: ") + exception.what(), {}};
  } catch (...) {
    return Error{ErrorCode::internal, "it threw something that is no exception", {}};
  }
}

}  // namespace swapmeet
