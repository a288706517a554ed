// What must hold in the search index, for `swapmeet check --data` and `swapmeet backup`. They read
// and copy search.db themselves; the store that may be running is not asked.
// Threads: a free function without shared state; KeptStores is thread-safe.
#pragma once

#include "swapmeet/sqlite/upkeep.h"

namespace swapmeet::search_fts {

// Of the plugin's data folder, whether or not there is an index in it yet.
sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace swapmeet::search_fts
