// Who did what to whom, from the request that did it.
// Threads: free functions, from any thread.
#pragma once

#include <string>

#include "host/api/api.h"

namespace swapmeet {

// `what`: "account.made", "peer.forgotten", …; `whom`: an account, a peer, …; `detail`: what of it,
// without secrets.
void record(const ApiContext& context, const http::Request& request, const std::string& what,
            const std::string& whom, const std::string& detail = {});

}  // namespace swapmeet
