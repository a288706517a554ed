// Failed log-ins, and how long one has to wait after them. Each account and each address has a
// number of free failures; from then on every further one doubles the pause, up to a minute for an
// account (others must not be able to lock its owner out for long) and up to a quarter of an hour
// for an address. A quarter of an hour without an attempt forgets it all.
// Failures are counted in a table of fixed size, so that no flood of made-up names takes memory;
// two names that fall on one place share their pauses. Threads: thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <string_view>

#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct AttemptLimits {
  int per_account = 5;
  int per_address = 50;  // 0: none
};

class Attempts {
 public:
  Attempts(Clock& clock, const AttemptLimits& limits);

  // Before a password is looked at. Counts as failed until succeeded() says otherwise, so that many
  // at once cannot guess more often. `too_many`, with when to come back; such a call does not
  // count.
  Result<void> begin(std::string_view account, std::string_view address);
  void succeeded(std::string_view account, std::string_view address);
  // It could not be told whether the password was right: as if it had not been tried.
  void withdrawn(std::string_view account, std::string_view address);
  void set_limits(const AttemptLimits& limits);

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Tally {
    int failures = 0;
    Steady last{};
    Steady next{};  // not before
  };
  using Table = std::array<Tally, 1 << 14>;

  void take_back(Tally& tally, int free);
  Tally& at(Table& table, std::string_view name) const;

  Clock& clock_;
  std::mutex mutex_;
  AttemptLimits limits_;
  std::array<unsigned char, 16> salt_{};  // so that nobody can choose who shares a place
  std::unique_ptr<Table> accounts_ = std::make_unique<Table>();
  std::unique_ptr<Table> addresses_ = std::make_unique<Table>();
};

// What an address is counted by: an IPv6 one by its first 64 bits, which one household has.
std::string counted_address(std::string_view address);

}  // namespace swapmeet
