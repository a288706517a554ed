// Reads the table of docs from the database, once, when the store opens.
// Threads: a free function without shared state.
#pragma once

#include "search/fts/doc_table.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::search_fts {

// Into an empty table. Throws sqlite::Failure; `corrupt` also when a row speaks of another that is
// not there, or has a key that no file of this size can have: pages may hang together and yet be
// those of a damaged file, and the table looks its keys up without asking.
void load(sqlite::Database& database, DocTable& table);

}  // namespace swapmeet::search_fts
