// Words that are nearly a given one: what a typing error may have been meant to be. A signature of
// four bytes a word (which letters it has) leaves out nearly all of a dictionary at the cost of
// reading those in a row.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "search/memory/snapshot.h"

namespace search_memory {

// Code points of a word, as far as they are looked at: longer ones are hashes and the like.
class Letters {
 public:
  static constexpr std::size_t kMost = 60;
  explicit Letters(std::string_view word);
  std::size_t size() const { return size_; }
  char32_t operator[](std::size_t at) const { return letters_[at]; }

 private:
  std::array<char32_t, kMost> letters_;
  std::size_t size_ = 0;
};

// How many letters must be put in, left out, replaced or swapped with the next to make `b` of `a`;
// `most` + 1 when it is more than `most`.
std::size_t edit_distance(const Letters& a, const Letters& b, std::size_t most);

class Signatures {
 public:
  void add(std::string_view word) { all_.push_back(of(Letters(word))); }
  void reserve(std::size_t words) { all_.reserve(words); }
  void save(SnapshotWriter& out) const { out.table(all_); }
  void load(SnapshotReader& in) { all_ = in.table<std::uint32_t>(); }

  // Calls `take(number, distance)` for the words, by the order in which they were added, that are
  // at most `most` edits from `wanted`, but not it itself; `text_of` gives a word by its number.
  template <class TextOf, class Take>
  void each_near(const Letters& wanted, std::size_t most, TextOf&& text_of, Take&& take) const {
    const auto signature = of(wanted);
    for (std::size_t number = 0; number < all_.size(); ++number) {
      // An edit takes at most one letter away and brings at most one.
      const auto other = all_[number];
      if (has_more_bits((other ^ signature) << kSizeBits, 2 * most)) continue;
      const auto size = other >> kLetterBits;
      if (size + most < wanted.size() || size > wanted.size() + most) continue;
      const auto distance = edit_distance(wanted, Letters(text_of(number)), most);
      if (distance > 0 && distance <= most) take(number, distance);
    }
  }

 private:
  static constexpr unsigned kSizeBits = 6;  // how many letters; the rest is which ones
  static constexpr unsigned kLetterBits = 32 - kSizeBits;
  static std::uint32_t of(const Letters& letters);
  static bool has_more_bits(std::uint32_t bits, std::size_t than) {
    for (; than > 0 && bits != 0; --than) bits &= bits - 1;
    return bits != 0;
  }
  std::vector<std::uint32_t> all_;
};

}  // namespace search_memory
