// What a query means, in the plainest way: does it match this one listing? The definition that
// every search is held to (the search contract compares with it), and all that a search over a
// handful of listings needs.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/listing.h"
#include "swapmeet/query.h"

namespace swapmeet {

// Each term occurs among the searchable words of the listing's name or folder (a phrase in a row),
// each filter holds, and nothing negated does. `path:` is any part of the path, `peer:` the whole
// name or id of the peer, `ext:` the ending; all folded.
bool matches(const Query& query, const Listing& listing, const PeerId& peer,
             std::string_view peer_name);

// All terms that are not negated occur in the name, the last part of the path: such hits come
// first. False when there are none.
bool matches_name(const Query& query, std::string_view path);

}  // namespace swapmeet
