// Words that are nearly a given one: what a typing error may have been meant to be. All words of
// about the same length are looked at, in a row, by signatures that leave out nearly all.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "search/memory/snapshot_file.h"

namespace swapmeet::search_memory {

// Calls `take` for each code point of a word.
template <class Take>
void each_letter(std::string_view word, Take&& take) {
  for (std::size_t at = 0; at < word.size();) {
    const auto first = static_cast<unsigned char>(word[at++]);
    char32_t letter = first < 0x80 ? first
                                   : first & (first >= 0xF0   ? 0x07U
                                              : first >= 0xE0 ? 0x0FU
                                                              : 0x1FU);
    for (; at < word.size() && (static_cast<unsigned char>(word[at]) & 0xC0U) == 0x80U; ++at)
      letter = letter << 6 | (static_cast<unsigned char>(word[at]) & 0x3FU);
    take(letter);
  }
}
std::size_t count_letters(std::string_view word);

// What is told of a word without reading it, to leave out nearly all of a dictionary.
struct Signature {
  std::uint32_t letters = 0;  // a bit for each that it has: an edit changes two at most,
  std::uint64_t pairs = 0;    // and for each two that follow one another: an edit changes six
};

// A word that is compared with many others.
class Pattern {
 public:
  static constexpr std::size_t kMost = 60;  // letters; longer words are hashes and the like
  explicit Pattern(std::string_view word);
  std::size_t size() const { return size_; }  // letters, at most kMost
  // How many letters must be put in, left out, replaced or swapped with the next to make `word` of
  // it ("optimal string alignment"). Of a pattern that has less than kMost.
  std::size_t distance_to(std::string_view word) const;
  const Signature& signature() const { return signature_; }

 private:
  std::uint64_t places(char32_t letter) const;

  std::size_t size_ = 0;
  Signature signature_;
  // A bit for each place where a letter stands.
  std::array<std::uint64_t, 128> ascii_{};
  std::vector<std::pair<char32_t, std::uint64_t>> others_;
};

class Signatures {
 public:
  // Words that are added first are looked at first among those of their length.
  void add(std::string_view word, std::uint32_t number);
  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

  // Calls `take(number, distance)` for the words that are at most `most` edits from `wanted`, but
  // not it itself. `text_of` gives a word by its number; as soon as `is_worth` is false for one, so
  // it is for all of its length that were added later.
  template <class TextOf, class IsWorth, class Take>
  void each_near(const Pattern& wanted, std::size_t most, TextOf&& text_of, IsWorth&& is_worth,
                 Take&& take) const {
    const auto look_at = [&](std::size_t size) {
      const auto& words = by_size_[size];
      for (std::size_t at = 0; at < words.numbers.size() && is_worth(words.numbers[at]);
           at += kBlock)
        for (auto like = like_in_block(words, at, wanted.signature().letters, most); like != 0;
             like &= like - 1) {
          const auto place = at + static_cast<std::size_t>(std::countr_zero(like));
          const auto other_pairs = words.pairs[place] ^ wanted.signature().pairs;
          if (static_cast<std::size_t>(std::popcount(other_pairs)) > 6 * most) continue;
          const auto number = words.numbers[place];
          const auto distance = wanted.distance_to(text_of(number));
          if (distance > 0 && distance <= most) take(number, distance);
        }
    };
    if (wanted.size() == Pattern::kMost) return;
    look_at(wanted.size());  // where most are, and the best
    for (std::size_t by = 1; by <= most; ++by) {
      if (wanted.size() > by) look_at(wanted.size() - by);
      if (wanted.size() + by < Pattern::kMost) look_at(wanted.size() + by);
    }
  }

 private:
  static constexpr std::size_t kBlock = 64;
  // Words of as many letters.
  struct Words {
    std::vector<std::uint32_t> letters;
    std::vector<std::uint64_t> pairs;
    std::vector<std::uint32_t> numbers;
  };
  // A bit for each of the words from `begin` on whose letters could become the wanted ones.
  static std::uint64_t like_in_block(const Words& words, std::size_t begin, std::uint32_t wanted,
                                     std::size_t most);

  std::array<Words, Pattern::kMost> by_size_;
};

}  // namespace swapmeet::search_memory
