// Whether an address can be listened on at this moment: for who chooses ports, and for who checks
// a configuration before a start.
// Threads: free functions.
#pragma once

#include "swapmeet/address.h"
#include "swapmeet/result.h"

namespace swapmeet {

// `unavailable`: another program has it, or this machine has no such address. Port 0 is free.
Result<void> check_free(const HostPort& address);

}  // namespace swapmeet
