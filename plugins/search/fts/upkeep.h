// What must hold in the search index, for `swapmeet check --data` and `swapmeet backup`.
#pragma once

#include "swapmeet/sqlite/upkeep.h"

namespace swapmeet::search_fts {

swapmeet::sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace swapmeet::search_fts
