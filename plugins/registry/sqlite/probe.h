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

struct ProbeLimits {
  std::chrono::milliseconds most;
  const Clock* clock = nullptr;  // which measures that; without one it takes as long as it takes
  std::uint64_t seed = 0;
};

// Reads the first, the last and at most 256 random listings, and follows each through the indices;
// the same of removals. Throws sqlite::Failure (corrupt).
void probe(sqlite::Database& database, const ProbeLimits& limits);

}  // namespace swapmeet::registry_sqlite
