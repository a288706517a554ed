#include "search/memory/spelling.h"

#include <algorithm>
#include <array>

// The best that the processor has is chosen at run time; sanitizers do not get along with that.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SWAPMEET_FOR_THE_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SWAPMEET_FOR_THE_PROCESSOR
#endif

namespace swapmeet::search_memory {
namespace {

// A bit for each of up to 64 signatures that differs from `wanted` in at most so many bits. Without
// branches, for the compiler to make it wide.
SWAPMEET_FOR_THE_PROCESSOR
std::uint64_t differ_little(const std::uint32_t* signatures, std::size_t count,
                            std::uint32_t wanted, std::size_t most) {
  std::array<std::uint32_t, 64> rest{};
  for (std::size_t i = 0; i < count; ++i) rest[i] = signatures[i] ^ wanted;
  for (std::size_t bit = 0; bit < most; ++bit)
    for (auto& one : rest) one &= one - 1;
  std::uint64_t few = 0;
  for (std::size_t i = 0; i < count; ++i) few |= std::uint64_t{rest[i] == 0 ? 1U : 0U} << i;
  return few;
}

Signature signature_of(std::string_view word) {
  Signature signature;
  char32_t before = ' ';
  const auto add_pair = [&](char32_t letter) {
    const auto pair = (std::uint64_t{before} << 21 | letter) * 0x9E37'79B9'7F4A'7C15U;
    signature.pairs |= std::uint64_t{1} << (pair >> 58);
    before = letter;
  };
  each_letter(word, [&](char32_t letter) {
    signature.letters |= std::uint32_t{1} << (letter % 32);
    add_pair(letter);
  });
  add_pair(' ');
  return signature;
}

}  // namespace

std::size_t count_letters(std::string_view word) {
  return static_cast<std::size_t>(
      std::count_if(word.begin(), word.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

Pattern::Pattern(std::string_view word) : signature_(signature_of(word)) {
  each_letter(word, [&](char32_t letter) {
    if (size_ == kMost) return;
    const auto here = std::uint64_t{1} << size_++;
    if (letter < ascii_.size()) {
      ascii_[letter] |= here;
      return;
    }
    for (auto& [other, places] : others_)
      if (other == letter) places |= here;
    if (places(letter) == 0) others_.emplace_back(letter, here);
  });
}

std::uint64_t Pattern::places(char32_t letter) const {
  if (letter < ascii_.size()) return ascii_[letter];
  for (const auto& [other, places] : others_)
    if (other == letter) return places;
  return 0;
}

// The table's columns as bits, one addition a letter: Hyyrö, "A bit-vector algorithm for computing
// Levenshtein and Damerau edit distances" (2003).
std::size_t Pattern::distance_to(std::string_view word) const {
  if (size_ == 0) return count_letters(word);
  const auto last = std::uint64_t{1} << (size_ - 1);
  std::uint64_t more = ~std::uint64_t{0};  // down a column the distance grows,
  std::uint64_t less = 0;                  // or shrinks
  std::uint64_t diagonal = 0;              // it stays, along the diagonal
  std::uint64_t before = 0;                // places of the letter before
  auto distance = size_;
  each_letter(word, [&](char32_t letter) {
    const auto same = places(letter);
    const auto swapped = ((~diagonal & same) << 1) & before;
    diagonal = (((same & more) + more) ^ more) | same | less | swapped;
    auto grows = less | ~(diagonal | more);  // along a row
    auto shrinks = diagonal & more;
    if ((grows & last) != 0) ++distance;
    if ((shrinks & last) != 0) --distance;
    grows = grows << 1 | 1;
    shrinks <<= 1;
    more = shrinks | ~(diagonal | grows);
    less = grows & diagonal;
    before = same;
  });
  return distance;
}

void Signatures::add(std::string_view word, std::uint32_t number) {
  const auto size = count_letters(word);
  if (size >= by_size_.size()) return;
  auto& words = by_size_[size];
  const auto signature = signature_of(word);
  words.letters.push_back(signature.letters);
  words.pairs.push_back(signature.pairs);
  words.numbers.push_back(number);
}

std::uint64_t Signatures::like_in_block(const Words& words, std::size_t begin, std::uint32_t wanted,
                                        std::size_t most) {
  const auto count = std::min(kBlock, words.letters.size() - begin);
  return differ_little(words.letters.data() + begin, count, wanted, 2 * most);
}

void Signatures::save(SnapshotWriter& out) const {
  for (const auto& words : by_size_) {
    out.table(words.letters);
    out.table(words.pairs);
    out.table(words.numbers);
  }
}

void Signatures::load(SnapshotReader& in) {
  for (auto& words : by_size_) {
    words.letters = in.table<std::uint32_t>();
    words.pairs = in.table<std::uint64_t>();
    words.numbers = in.table<std::uint32_t>();
  }
}

}  // namespace swapmeet::search_memory
