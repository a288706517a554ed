// Whom this host is asking something at this moment, so that slow sources hold up nobody else: each
// is asked one question at a time, there are few at once, whoever waits for a place takes that of a
// question that has lasted for long, and a source that was too slow rests, ever longer, before it
// is asked again.
// Threads: thread-safe, one lock.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct QuestionLimits {
  std::size_t at_once = 5;
  std::size_t waiting = 2;  // for a place; both together are fewer than a plugin's workers
  std::chrono::milliseconds safe{1'000};      // nobody takes the place of a question so young
  std::chrono::milliseconds patience{3'000};  // of who waits
};

class Questions {
 public:
  // A peer, and where it is: either may stand for several of the other.
  struct Source {
    std::string peer;
    std::string where;
  };

  // A question that is asked, until it is destroyed.
  class Place {
   public:
    ~Place() { questions_.leave(*this); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    const std::atomic<bool>& stop() const { return stop_; }  // somebody else takes the place
    // With what was asked for: else who has taken its time has to rest.
    void was_answered() { answered_ = true; }

   private:
    friend class Questions;
    Place(Questions& questions, Source source, Instant began)
        : questions_(questions), source_(std::move(source)), began_(began) {}
    Questions& questions_;
    const Source source_;
    const Instant began_;
    std::atomic<bool> stop_{false};
    bool answered_ = false;
  };

  explicit Questions(Clock& clock, const QuestionLimits& limits = {})
      : clock_(clock), limits_(limits) {}

  // `too_many`: it is being asked something else, or so many are being asked that there was no
  // place in time, with a time to try again; without one: it rests. It waits for a place if there
  // is none.
  Result<std::unique_ptr<Place>> begin(const Source& source);
  bool rests(const Source& source);
  std::size_t asking() const;

 private:
  struct Rest {
    std::uint32_t times = 0;
    Instant until;
  };
  void leave(const Place& place);
  bool rests_with_lock(const Source& source) const;
  bool is_asked(const Source& source) const;
  void take_oldest();

  Clock& clock_;
  const QuestionLimits limits_;
  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::list<Place*> asking_;  // the oldest first
  std::size_t waiting_ = 0;
  std::map<std::string, Rest> resting_;
};

}  // namespace swapmeet
