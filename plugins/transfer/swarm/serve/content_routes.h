// What others fetch: the bytes of a content, whole or a range of them, its Merkle layers, and for
// other programs its SHA-256 hashes and a Metalink.
// A file is served only while it is the one that was hashed (inode, size, modification time).
// Threads: handlers run on the listener's workers.
#pragma once

#include <vector>

#include "swapmeet/http.h"
#include "transfer/swarm/serve/content_serving.h"

namespace swapmeet::transfer_swarm {

// All that `serving` names must outlive the registrations.
Result<std::vector<Registration>> add_content_routes(http::Routes& routes, const Serving& serving);

}  // namespace swapmeet::transfer_swarm
