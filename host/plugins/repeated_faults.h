// Which of a plugin's faults get a line in the log: each that differs from the last, of those that
// do not twenty in a minute if they were requests (somebody may ask after each) and otherwise one;
// the next line says how many it stands for.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "swapmeet/time.h"

namespace swapmeet {

class RepeatedFaults {
 public:
  // How many faults the line stands for; 0: no line now.
  std::uint64_t take(std::string_view doing, std::string_view what, Instant now);

 private:
  std::mutex mutex_;
  std::string last_;
  Instant minute_{};  // began then
  int lines_ = 0;     // in it
  std::uint64_t untold_ = 0;
};

}  // namespace swapmeet
