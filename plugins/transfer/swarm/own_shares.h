// Where on this disk the host's own shares are, for downloads: what only this host has cannot be
// fetched, but it can be said where it is.
// Threads: what it returns is thread-safe.
#pragma once

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/fetch/download_options.h"

namespace swapmeet::transfer_swarm {

// `catalogue` must outlive it.
OwnShares own_shares(Catalogue& catalogue);

}  // namespace swapmeet::transfer_swarm
