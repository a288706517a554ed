// One GET to an address that a stranger named: over a connection of its own, with one deadline for
// all of it, an answer that is short, and no redirect that is followed. Whoever makes it has judged
// the address before (network_address.h, dial_budget.h).
// Threads: a free function; it blocks its caller until the deadline at most.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/network_address.h"

namespace swapmeet::wire {

struct ShortCall {
  NetworkAddress target;
  std::uint16_t port = 0;
  std::string path = {};         // with the query: "/proof?nonce=…"
  std::string token = {};        // sent as "Authorization: Bearer …" when not empty
  std::string fingerprint = {};  // over TLS, to the holder of that key alone; empty: without TLS
  std::chrono::milliseconds patience{4'000};  // from the connecting to the last byte
  std::size_t most = 1'024;                   // bytes of the whole answer, its head included
};

// The answer, whatever its status. `unavailable`: nobody is there, or hangs up; `timed_out`: not
// all of it came in time; `too_large`; `corrupt`: it is no HTTP; `cancelled`: `stop` was set, which
// is looked at ten times a second.
Result<Reply> call_shortly(const ShortCall& call, const Clock& clock,
                           const std::atomic<bool>* stop = nullptr);

}  // namespace swapmeet::wire
