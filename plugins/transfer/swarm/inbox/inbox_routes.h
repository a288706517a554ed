// The inbox on the public listener, for other peers. Every call carries the offer's token as
// "Authorization: Bearer …".
//   POST /inbox        offers a file (wire::OfferMessage); answers wire::OfferNews
//   GET  /inbox/{id}   is this offer yours? Answers the wire::OfferMessage; with ?digest=true
//                      only its id and SHA-256, which is always short
//   POST /inbox/{id}   tells what became of it (wire::OfferNews)
// Threads: handlers run on the listener's workers.
#pragma once

#include <vector>

#include "transfer/swarm/inbox/peer_inbox.h"

namespace swapmeet::transfer_swarm {

// `inbox` must outlive the registrations.
Result<std::vector<Registration>> add_inbox_routes(http::Routes& routes, PeerInbox& inbox);

}  // namespace swapmeet::transfer_swarm
