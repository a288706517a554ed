// How many of something one asker, and all together, may hold at once: places that are taken and
// given back. Memory for those who hold one.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/limits/rate_limit.h"
#include "swapmeet/registration.h"

namespace swapmeet {

class HeldLimit {
 public:
  struct Outcome {
    Registration place;   // held until it is gone, which may be after this object
    bool in_all = false;  // without a place: all together hold too many, and not this asker
  };
  Outcome take(const std::string& who);
  void set(const Rate& rate);

 private:
  struct State {
    std::mutex mutex;
    Rate rate;
    std::map<std::string, std::size_t> held;
    std::size_t all = 0;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace swapmeet
