// What must hold in the registry's database, for `swapmeet check --data` and `swapmeet backup`.
#pragma once

#include "swapmeet/sqlite/upkeep.h"

namespace registry {

swapmeet::sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace registry
