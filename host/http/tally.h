// What a front's connections came to since it was last said: one log line a minute when there were
// any, and one at once (then at most every ten seconds) when clients were turned away or cut off.
// Threads: one thread's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

#include "swapmeet/host.h"
#include "swapmeet/time.h"

namespace swapmeet::http {

class Tally {
 public:
  explicit Tally(Log log) : log_(std::move(log)) {}

  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    // Turned away or cut off:
    std::uint64_t full = 0;               // no place for another connection
    std::uint64_t address_full = 0;       // none for another from that address
    std::uint64_t out_of_files = 0;       // the process may open no more files
    std::uint64_t slow = 0;               // a request or a reader took too long
    std::uint64_t crowded_out = 0;        // the slowest, when the memory for bodies was used up
    std::uint64_t busy = 0;               // all workers and their queue were
    std::uint64_t failed_handshakes = 0;  // of TLS
    std::uint64_t plain = 0;              // HTTP where only TLS is taken
    std::uint64_t timed_out = 0;          // a plugin did not answer in time
  };
  Counts counts;

  // Says what there is to say, when it is time.
  void report(Instant now, std::size_t open);

 private:
  void say_trouble();

  Log log_;
  Instant next_trouble_{};
  Instant next_summary_{};
};

}  // namespace swapmeet::http
