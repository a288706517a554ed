// Words that are nearly a given one: what a typing error may have been meant to be. A signature of
// four bytes a word (which letters it has) leaves out nearly all of a dictionary at the cost of
// reading those in a row.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace search_memory {

// Code points of a word.
std::u32string letters_of(std::string_view word);
// How many letters must be put in, left out, replaced or swapped with the next to make `b` of `a`;
// `most` + 1 when it is more than `most`.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t most);

class Signatures {
 public:
  void add(std::string_view word) { all_.push_back(of(letters_of(word))); }
  void reserve(std::size_t words) { all_.reserve(words); }
  std::size_t size() const { return all_.size(); }

  // Calls `take(number, distance)` for the words, by the order in which they were added, that are
  // at most `most` edits from `wanted`, but not it itself; `text_of` gives a word by its number.
  template <class TextOf, class Take>
  void each_near(std::u32string_view wanted, std::size_t most, TextOf&& text_of,
                 Take&& take) const {
    const auto signature = of(wanted);
    for (std::size_t number = 0; number < all_.size(); ++number) {
      // An edit takes at most one letter away and brings at most one.
      if (count(all_[number] ^ signature) > 2 * most) continue;
      const auto distance = edit_distance(wanted, letters_of(text_of(number)), most);
      if (distance > 0 && distance <= most) take(number, distance);
    }
  }

 private:
  static std::uint32_t of(std::u32string_view letters);
  static std::size_t count(std::uint32_t bits) {
    return static_cast<std::size_t>(__builtin_popcount(bits));
  }
  std::vector<std::uint32_t> all_;
};

}  // namespace search_memory
