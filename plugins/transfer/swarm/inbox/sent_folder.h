// A folder that is sent: which files are in it.
// Threads: free functions.
#pragma once

#include <filesystem>

#include "swapmeet/result.h"
#include "transfer/swarm/inbox/offer_store.h"

namespace swapmeet::transfer_swarm {

// All regular files below a folder, at any depth; links are left out. `invalid_argument`: there are
// none, or more than one offer holds; `not_allowed`: not all of it can be read.
Result<SentFiles> files_below(const std::filesystem::path& folder);

}  // namespace swapmeet::transfer_swarm
