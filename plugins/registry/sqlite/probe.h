// A look at a registry's database here and there, for the start: reading all of one that has
// gigabytes takes minutes, which is what `swapmeet check --data` is for, but one that has lost a
// part of its pages must not be taken for a good one until somebody needs them.
// Threads: one, on a connection of its own.
#pragma once

#include <chrono>
#include <cstdint>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"

namespace swapmeet::registry_sqlite {

// Reads the first, the last and some random listings (chosen by `seed`), for as long as `most` and
// eight of them in any case, and follows each through the indices; the same of removals. Throws
// sqlite::Failure (corrupt).
void probe(sqlite::Database& database, const Clock& clock, std::chrono::milliseconds most,
           std::uint64_t seed);

}  // namespace swapmeet::registry_sqlite
