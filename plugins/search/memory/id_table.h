// A hash table of numbers whose keys are kept elsewhere: four bytes an entry, for the millions of
// names, contents, documents and listings that each live in a table of their own.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "search/memory/snapshot_file.h"

namespace swapmeet::search_memory {

// Finding takes the key's hash and a predicate that says whether a number is the one sought. Open
// addressing with linear probing; removal moves later entries back, so that nothing is left behind.
class IdTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same same) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = home(hash);; at = next(at)) {
      if (slots_[at] == kNone || same(slots_[at])) return slots_[at];
    }
  }

  // `number` must not be there yet. `hash_of` gives the hash of a number that is there.
  template <class HashOf>
  void insert(std::uint32_t number, HashOf hash_of) {
    if ((used_ + 1) * 10 > slots_.size() * 7) grow(hash_of);
    put(number, hash_of(number));
    ++used_;
  }

  // Room for so many in an empty table.
  void reserve(std::size_t count) {
    std::size_t slots = 64;
    while (count * 10 > slots * 7) slots *= 2;
    slots_.assign(slots, kNone);
  }

  template <class HashOf>
  void erase(std::uint32_t number, HashOf hash_of) {
    std::size_t hole = home(hash_of(number));
    while (slots_[hole] != number) hole = next(hole);
    for (std::size_t at = next(hole); slots_[at] != kNone; at = next(at)) {
      const std::size_t wanted = home(hash_of(slots_[at]));
      // Does the entry's way from home to here lead over the hole?
      if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = kNone;
    --used_;
  }

  std::size_t size() const { return used_; }

  void save(SnapshotWriter& out) const {
    out.number(used_);
    out.table(slots_);
  }
  // Whose hashes are the same as when it was saved.
  void load(SnapshotReader& in) {
    used_ = static_cast<std::size_t>(in.number());
    slots_ = in.table<std::uint32_t>();
  }

 private:
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  std::size_t home(std::uint64_t hash) const {
    return static_cast<std::size_t>((hash * 0x9E37'79B9'7F4A'7C15U) >> 32) & mask();
  }
  void put(std::uint32_t number, std::uint64_t hash) {
    std::size_t at = home(hash);
    while (slots_[at] != kNone) at = next(at);
    slots_[at] = number;
  }
  template <class HashOf>
  void grow(HashOf hash_of) {
    std::vector<std::uint32_t> old(slots_.empty() ? 64 : slots_.size() * 2, kNone);
    old.swap(slots_);
    for (const auto number : old)
      if (number != kNone) put(number, hash_of(number));
  }

  std::vector<std::uint32_t> slots_;  // a power of two
  std::size_t used_ = 0;
};

}  // namespace swapmeet::search_memory
