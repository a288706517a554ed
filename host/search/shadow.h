// A search that is tried: it is asked some of the real queries, after they have been answered, and
// what it finds is compared with what was answered. It answers nobody and holds nobody up: one
// thread, in the background, with a bounded queue; what does not fit in is dropped and counted.
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/search/lane.h"
#include "host/search/member.h"

namespace swapmeet {

// A query that the two answered differently, with the names on the first page of each.
struct ShadowDifference {
  Time time{};
  std::string query;
  std::vector<std::string> answered;
  std::vector<std::string> shadow;
  unsigned overlap = 0;  // contents that both have, of a hundred
};

struct ShadowLatency {
  std::chrono::microseconds p50{};
  std::chrono::microseconds p95{};
};

// Since the shadow has started.
struct ShadowFindings {
  bool has_caught_up = false;  // it is asked once it has
  std::uint64_t compared = 0;
  std::uint64_t same = 0;       // the same contents in the same order
  std::uint64_t reordered = 0;  // the same contents
  std::uint64_t failed = 0;     // it gave no answer
  std::uint64_t dropped = 0;    // the queue was full
  unsigned overlap = 0;         // of a hundred, on average
  ShadowLatency answered;       // of the last thousand
  ShadowLatency shadow;
  std::string failure;                        // the last
  std::vector<ShadowDifference> differences;  // the last twenty
};

class Shadow {
 public:
  struct Parts {
    std::shared_ptr<Member> member;
    Clock& clock;
    std::function<unsigned()> share;  // of a hundred queries, how many it is tried with
    std::function<std::chrono::milliseconds()> deadline;
    std::function<bool()> has_caught_up;
  };
  explicit Shadow(Parts parts);
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;

  // A first page that was answered, and how long that took. Quick.
  void hear(const SearchRequest& request, const SearchPage& page, std::chrono::nanoseconds took);
  ShadowFindings findings() const;

 private:
  struct State;
  struct Question;
  static void compare(State& state, const Question& question);

  const std::shared_ptr<State> state_;  // with the thread
  std::atomic<unsigned> due_{0};        // in hundredths of a query
  Lane lane_;
};

}  // namespace swapmeet
