// One level of what a peer shares: the folders in a folder from their tallies, and the files that
// are directly in it, for which what lies in its folders is stepped over and not read.
// Threads: a free function; on a reader of one's own.
#pragma once

#include <cstdint>

#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// `peer`: its key. `not_found`: no folder of the query's name that its viewer may see.
Result<FolderLevel> level_of(sqlite::Database& reader, std::int64_t peer, const BrowseQuery& query);

}  // namespace swapmeet::registry_sqlite
