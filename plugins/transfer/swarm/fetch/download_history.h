// From whom a download has got what, over all its runs.
// Threads: free functions.
#pragma once

#include <vector>

#include "swapmeet/downloads.h"

namespace swapmeet::transfer_swarm {

// What earlier runs got, and what this one has so far: the sources of this one, with the bytes of
// all, and then those that gave something before.
std::vector<DownloadSource> merged(const std::vector<DownloadSource>& before,
                                   std::vector<DownloadSource> now);

}  // namespace swapmeet::transfer_swarm
