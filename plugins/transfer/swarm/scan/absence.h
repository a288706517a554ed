// The shares whose folder is away, as an unplugged disk's is: since when, and when that has been
// for too long, so that the share is to be withdrawn.
// Threads: for one thread. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "swapmeet/time.h"

namespace swapmeet::transfer_swarm {

class Absence {
 public:
  struct Noted {
    bool is_new = false;  // it was there the last time
    bool is_too_long = false;
    Instant too_long_from;
  };

  explicit Absence(std::chrono::milliseconds patience) : patience_(patience) {}
  Noted note_away(const std::string& share, Instant now);
  void note_there(const std::string& share) { since_.erase(share); }

 private:
  const std::chrono::milliseconds patience_;
  std::map<std::string, Instant> since_;
};

}  // namespace swapmeet::transfer_swarm
