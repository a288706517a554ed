// A window is 65,536 ranks of a segment in a row, a bit each: where the words of a query meet is
// found by intersecting windows, from the best ranks to the worst, so that a search that has enough
// never looks at those behind.
// Threads: one object, one thread.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace swapmeet::search_memory {

using Rank = std::uint32_t;

class Window {
 public:
  static constexpr std::uint32_t kRanks = 1 << 16;
  static constexpr std::uint32_t kWords = kRanks / 64;

  // Which window a rank is in, and where in it.
  static std::uint32_t of(Rank rank) { return rank / kRanks; }
  static std::uint32_t place(Rank rank) { return rank % kRanks; }

  void clear() { words_.fill(0); }
  // The first `count` places and no others.
  void fill(std::uint32_t count) {
    clear();
    for (std::uint32_t word = 0; word < count / 64; ++word) words_[word] = ~std::uint64_t{0};
    if (count % 64 != 0) words_[count / 64] = (std::uint64_t{1} << (count % 64)) - 1;
  }
  void set(std::uint32_t place) { words_[place / 64] |= std::uint64_t{1} << (place % 64); }
  void add_word(std::uint32_t word, std::uint64_t bits) { words_[word] |= bits; }
  void keep(const Window& other) {
    for (std::uint32_t word = 0; word < kWords; ++word) words_[word] &= other.words_[word];
  }
  void take_away(const Window& other) {
    for (std::uint32_t word = 0; word < kWords; ++word) words_[word] &= ~other.words_[word];
  }

  // The first place that is set, from `place` on; kRanks: none.
  std::uint32_t next(std::uint32_t place) const {
    if (place >= kRanks) return kRanks;
    auto word = place / 64;
    auto bits = words_[word] & (~std::uint64_t{0} << (place % 64));
    while (bits == 0) {
      if (++word == kWords) return kRanks;
      bits = words_[word];
    }
    return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
  }

 private:
  alignas(64) std::array<std::uint64_t, kWords> words_{};
};

}  // namespace swapmeet::search_memory
