// Limits of what may happen how often, for many keys at once: a bucket of tokens for each key,
// which fills at its rate up to its size. Buckets that are full take no memory. Threads: one at a
// time. Reads no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "swapmeet/time.h"

namespace swapmeet::wire {

struct TokenRate {
  double size = 1;        // how many may come at once
  double per_minute = 1;  // and how many a minute later on; above 0
};

class TokenBuckets {
 public:
  struct Draw {
    std::string key;  // names limit and whom it is for
    TokenRate rate;
  };
  struct Refusal {
    std::size_t draw = 0;           // which of them there is no token for
    std::chrono::seconds after{0};  // there is one again, if nobody else draws
  };
  // Takes a token for each, or none at all.
  std::optional<Refusal> take(std::span<const Draw> draws, Instant now);
  // What was taken with these does not count.
  void give_back(std::span<const Draw> draws, Instant now);
  std::size_t kept() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    Instant at;
    TokenRate rate;
  };
  static double filled(const Bucket& bucket, Instant now);
  void drop_full(Instant now);

  std::map<std::string, Bucket> buckets_;
  std::size_t drop_at_ = 1'000;
};

}  // namespace swapmeet::wire
