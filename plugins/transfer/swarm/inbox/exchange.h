// Calls to another peer's public listener, and where that listener is.
// Threads: free functions, thread-safe.
#pragma once

#include <functional>
#include <string>

#include "swapmeet/inbox.h"
#include "swapmeet/registry.h"
#include "swapmeet/result.h"

namespace swapmeet::transfer_swarm {

// One call with the offer's token; answers the body.
using Exchange = std::function<Result<std::string>(
    const std::string& url, const std::string& token, const std::string& method,
    const std::string& target, const std::string& body)>;
Result<std::string> exchange_over_http(const std::string& url, const std::string& token,
                                       const std::string& method, const std::string& target,
                                       const std::string& body);

// How to connect to the other peer of an offer, see pinned_url. `unavailable`: the index does not
// know it, it is away, or the index has not reached it.
Result<std::string> find_url(Registry& registry, const Offer& offer);

// Whether the same call may succeed later.
bool is_passing(const Error& error);

}  // namespace swapmeet::transfer_swarm
