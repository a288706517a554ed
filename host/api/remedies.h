// What who administers a host does against peers that misbehave, and for those that have lost their
// token. Threads: as the API.
#pragma once

#include "host/api/api.h"

namespace swapmeet {

// Forgets the peer in the path. `not_found`: there is none.
Result<http::Response> forget_peer(const ApiContext& context, http::Request& request);

}  // namespace swapmeet
