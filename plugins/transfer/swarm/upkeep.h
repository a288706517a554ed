// What must hold in the catalogue, the downloads and the inbox, for `swapmeet check --data` and
// `swapmeet backup`.
// Threads: a free function.
#pragma once

#include "swapmeet/sqlite/upkeep.h"

namespace swapmeet::transfer_swarm {

sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace swapmeet::transfer_swarm
