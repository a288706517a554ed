// Randomness of the system, for the edge of a program alone: what a part needs is handed in to it
// as a seed, so that a test can repeat what it did.
// Threads: free functions without shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace swapmeet {

// So many random bytes, as hex: for ids and secrets. Throws std::runtime_error when the system
// gives none.
std::string random_hex(std::size_t bytes);

// To seed a generator with. Throws as random_hex does.
std::uint64_t random_seed();

}  // namespace swapmeet
