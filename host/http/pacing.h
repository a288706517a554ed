// The connections whose answers may not go on before some moment, because the owner of what they
// send has said so (FileBody::allowance). The front asks here which of them are due, and when it
// must look again. Knows neither sockets nor a clock. Threads: one thread's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "swapmeet/time.h"

namespace swapmeet::http {

class Pacing {
 public:
  // `connection` goes on at `moment`. One that waits already keeps its earlier turn.
  void add(std::uint64_t connection, Instant moment);
  void remove(std::uint64_t connection);
  // Takes out one whose moment has come: the earliest, and of those the one that was added first.
  std::optional<std::uint64_t> take_due(Instant now);
  // When the next one is due; nullopt: nobody waits.
  std::optional<Instant> next() const;

 private:
  using Moments = std::multimap<Instant, std::uint64_t>;
  Moments moments_;
  std::unordered_map<std::uint64_t, Moments::iterator> place_;
};

}  // namespace swapmeet::http
