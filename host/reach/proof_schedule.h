// When an address is to be tried, and what an attempt comes to: proved at the first answer, tried
// again soon after a failure and then ever more rarely, given up when a proved one fails twice in a
// row, and proved again now and then.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <string>

#include "swapmeet/registry.h"
#include "swapmeet/time.h"

namespace swapmeet {

// `again`: how long a proof is good.
bool is_due(const Reachability& reach, Time now, std::chrono::milliseconds again);

// It answered at that IP address.
Reachability after_success(Reachability reach, const std::string& at, Time now);
Reachability after_failure(Reachability reach, const std::string& why, Time now);

}  // namespace swapmeet
