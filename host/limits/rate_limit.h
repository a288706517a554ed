// How often one asker, and all together, may do something: a token bucket for each asker, kept as
// the moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371), and one
// for all. A bucket holds what may come in one window, and fills within one.
// The table of askers has a fixed size, however many come: where places run out, the bucket that is
// nearest to full is forgotten, which is whose owner has asked least.
// Threads: thread-safe; a lock for a moment.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/time.h"

namespace swapmeet {

// 0: any number.
struct Rate {
  std::uint64_t of_one = 0;
  std::uint64_t in_all = 0;
  bool operator==(const Rate&) const = default;
};

class RateLimit {
 public:
  // `salt`: random, so that nobody can choose whose place is theirs.
  RateLimit(const Clock& clock, std::chrono::seconds window, std::string salt)
      : clock_(clock), window_(window), salt_(std::move(salt)) {}

  struct Refusal {
    bool in_all = false;           // all together were too many
    std::chrono::seconds wait{1};  // then it may work
  };
  // nullopt: it may, and `cost` is taken. A cost above what a bucket holds takes all of it. A
  // refusal takes nothing. `is_member`: a flood of strangers must not keep it out, so that all
  // together may be too many for it.
  std::optional<Refusal> take(std::string_view who, std::uint64_t cost = 1, bool is_member = false);
  void set(const Rate& rate);

 private:
  using Nanoseconds = std::int64_t;
  struct Bucket {
    std::uint64_t tag = 0;  // of whose it is; 0: nobody's
    Nanoseconds full = 0;   // since the clock's beginning
  };
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kRows = 2048;
  using Row = std::array<Bucket, kWays>;

  Bucket& bucket_of(std::string_view who);
  // When the bucket would be full after that, or how long there is to wait.
  struct Outcome {
    Nanoseconds full = 0;
    Nanoseconds wait = 0;
  };
  Outcome outcome(const Bucket& bucket, std::uint64_t limit, std::uint64_t cost,
                  Nanoseconds now) const;

  const Clock& clock_;
  const std::chrono::seconds window_;
  const std::string salt_;
  std::mutex mutex_;
  Rate rate_;
  std::vector<Row> rows_;  // made when somebody is counted for the first time
  Bucket all_;
};

}  // namespace swapmeet
