// What must hold in the registry's database, for `swapmeet check --data` and `swapmeet backup`.
#pragma once

#include "swapmeet/sqlite/upkeep.h"

namespace swapmeet::registry_sqlite {

swapmeet::sqlite::KeptStores stores_in(const std::filesystem::path& folder);

}  // namespace swapmeet::registry_sqlite
