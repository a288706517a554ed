// A look at a registry's database here and there, for the start: reading all of one that has
// gigabytes takes minutes, which is what `swapmeet check --data` is for, but one that has lost a
// part of its pages must not be taken for a good one until somebody needs them.
// Threads: one, on a connection of its own.
#pragma once

#include <chrono>

#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// Reads the first, the last and some random listings, as far as `most` allows, and follows each
// through the indices; the same of removals. Throws sqlite::Failure (corrupt).
void probe(swapmeet::sqlite::Database& database, std::chrono::milliseconds most);

}  // namespace swapmeet::registry_sqlite
