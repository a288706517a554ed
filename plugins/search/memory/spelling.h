// Words that are nearly a given one: what a typing error may have been meant to be. A signature of
// four bytes a word (which letters it has) leaves out nearly all of a dictionary at the cost of
// reading those of words of about the same length in a row.
// Threads: one writer, or many readers, at a time.
#pragma once

#include <algorithm>
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
  void add(std::string_view word);
  void save(SnapshotWriter& out) const;
  void load(SnapshotReader& in);

  // Calls `take(number, distance)` for the words, by the order in which they were added, that are
  // at most `most` edits from `wanted`, but not it itself; `text_of` gives a word by its number.
  template <class TextOf, class Take>
  void each_near(const Letters& wanted, std::size_t most, TextOf&& text_of, Take&& take) const {
    const auto signature = of(wanted);
    const auto least_size = wanted.size() > most ? wanted.size() - most : 0;
    for (auto size = least_size; size <= std::min(wanted.size() + most, Letters::kMost); ++size)
      each_like(by_size_[size], signature, most, [&](std::uint32_t number) {
        const auto distance = edit_distance(wanted, Letters(text_of(number)), most);
        if (distance > 0 && distance <= most) take(number, distance);
      });
  }

 private:
  // Words of as many letters.
  struct Words {
    std::vector<std::uint32_t> signatures;
    std::vector<std::uint32_t> numbers;
  };
  static std::uint32_t of(const Letters& letters);

  // Those whose letters could become the wanted ones: an edit takes at most one away and brings at
  // most one. In blocks without branches, for the compiler to make them wide.
  template <class Take>
  static void each_like(const Words& words, std::uint32_t wanted, std::size_t most, Take&& take) {
    constexpr std::size_t kBlock = 64;
    std::array<std::uint32_t, kBlock> rest;
    for (std::size_t begin = 0; begin < words.signatures.size(); begin += kBlock) {
      const auto count = std::min(kBlock, words.signatures.size() - begin);
      const auto* signatures = words.signatures.data() + begin;
      for (std::size_t i = 0; i < count; ++i) rest[i] = signatures[i] ^ wanted;
      for (std::size_t edit = 0; edit < 2 * most; ++edit)
        for (std::size_t i = 0; i < count; ++i) rest[i] &= rest[i] - 1;
      for (std::size_t i = 0; i < count; ++i)
        if (rest[i] == 0) take(words.numbers[begin + i]);
    }
  }

  std::array<Words, Letters::kMost + 1> by_size_;
  std::uint32_t count_ = 0;
};

}  // namespace search_memory
