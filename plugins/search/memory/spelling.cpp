#include "search/memory/spelling.h"

#include <algorithm>
#include <array>

namespace search_memory {

Letters::Letters(std::string_view word) {
  for (const char byte : word) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0U) == 0x80U && size_ > 0) {
      letters_[size_ - 1] = (letters_[size_ - 1] << 6) | (bits & 0x3FU);
      continue;
    }
    if (size_ == kMost) return;
    const auto mask = bits < 0x80 ? 0x7FU : bits >= 0xF0 ? 0x07U : bits >= 0xE0 ? 0x0FU : 0x1FU;
    letters_[size_++] = bits & mask;
  }
}

std::uint32_t Signatures::of(const Letters& letters) {
  std::uint32_t bits = 0;
  for (std::size_t at = 0; at < letters.size(); ++at)
    bits |= std::uint32_t{1} << (letters[at] % 32);
  return bits;
}

void Signatures::add(std::string_view word) {
  const Letters letters(word);
  auto& words = by_size_[letters.size()];
  words.signatures.push_back(of(letters));
  words.numbers.push_back(count_++);
}

void Signatures::save(SnapshotWriter& out) const {
  out.number(count_);
  for (const auto& words : by_size_) {
    out.table(words.signatures);
    out.table(words.numbers);
  }
}

void Signatures::load(SnapshotReader& in) {
  count_ = static_cast<std::uint32_t>(in.number());
  for (auto& words : by_size_) {
    words.signatures = in.table<std::uint32_t>();
    words.numbers = in.table<std::uint32_t>();
  }
}

// Optimal string alignment: Levenshtein's table with swaps, of which only what is near the diagonal
// can be within `most`; three rows of it.
std::size_t edit_distance(const Letters& a, const Letters& b, std::size_t most) {
  const auto longer = std::max(a.size(), b.size());
  if (longer - std::min(a.size(), b.size()) > most || longer == Letters::kMost) return most + 1;
  const std::size_t too_many = most + 1;
  std::array<std::array<std::size_t, Letters::kMost + 1>, 3> rows;
  for (std::size_t j = 0; j <= std::min(b.size(), too_many); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above_that = rows[(i + 1) % 3];
    const std::size_t first = i > most ? i - most : 1;
    const auto last = std::min(b.size(), i + most);
    row[first - 1] = first == 1 ? i : too_many;
    auto least = row[first - 1];
    for (auto j = first; j <= last; ++j) {
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], above_that[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (last < b.size()) row[last + 1] = too_many;
    if (least > most) return too_many;
  }
  return std::min(rows[a.size() % 3][b.size()], too_many);
}

}  // namespace search_memory
