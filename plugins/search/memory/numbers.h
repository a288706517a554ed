// What things of the index are known by: each has a number, which is its row in a table. Here is
// how numbers and ids are hashed for the tables that find them again (id_table.h).
// Threads: plain values.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "search/memory/id_table.h"

namespace swapmeet::search_memory {

using Number = std::uint32_t;
inline constexpr Number kNone = IdTable::kNone;

inline std::uint64_t pair_of(Number high, Number low) {
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t hash = a * 0xFF51'AFD7'ED55'8CCDU ^ (b + 0x9E37'79B9'7F4A'7C15U);
  hash ^= hash >> 29;
  hash *= 0xC4CE'B9FE'1A85'EC53U;
  return hash ^ (hash >> 32);
}

// Peers choose ids. Where one falls must not be theirs to choose, so a secret salt goes first.
template <class Id>
std::uint64_t hash_of_id(std::uint64_t salt, const Id& id) {
  std::array<std::uint64_t, sizeof id.bytes / 8> words{};
  std::memcpy(words.data(), id.bytes.data(), sizeof words);
  auto hash = salt;
  for (const auto word : words) hash = mix(hash, word);
  return hash;
}

}  // namespace swapmeet::search_memory
