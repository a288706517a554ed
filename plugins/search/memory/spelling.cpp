#include "search/memory/spelling.h"

#include <algorithm>
#include <array>

namespace search_memory {
namespace {
constexpr std::size_t kMostLetters = 64;  // longer words are hashes and the like
}  // namespace

std::u32string letters_of(std::string_view word) {
  std::u32string letters;
  letters.reserve(word.size());
  for (const char byte : word) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0U) == 0x80U && !letters.empty())
      letters.back() = (letters.back() << 6) | (bits & 0x3FU);
    else
      letters += bits < 0x80 ? bits : bits & (bits >= 0xF0 ? 0x07U : bits >= 0xE0 ? 0x0FU : 0x1FU);
  }
  return letters;
}

std::uint32_t Signatures::of(std::u32string_view letters) {
  std::uint32_t bits = 0;
  for (const auto letter : letters) bits |= std::uint32_t{1} << (letter % 32);
  return bits;
}

// Optimal string alignment: Levenshtein's table, three rows of it, with swaps.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b, std::size_t most) {
  const auto longer = std::max(a.size(), b.size());
  if (longer - std::min(a.size(), b.size()) > most || longer > kMostLetters) return most + 1;
  std::array<std::array<std::size_t, kMostLetters + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0].at(j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows.at(i % 3);
    const auto& above = rows.at((i + 2) % 3);
    const auto& above_that = rows.at((i + 1) % 3);
    row[0] = i;
    auto least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      row.at(j) = std::min({above.at(j) + 1, row.at(j - 1) + 1, above.at(j - 1) + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row.at(j) = std::min(row.at(j), above_that.at(j - 2) + 1);
      least = std::min(least, row.at(j));
    }
    if (least > most) return most + 1;
  }
  return std::min(rows.at(a.size() % 3).at(b.size()), most + 1);
}

}  // namespace search_memory
