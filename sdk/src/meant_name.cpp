#include "swapmeet/meant_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace swapmeet {
namespace {

constexpr std::size_t kLongest = 64;  // of what is typed and looked at
constexpr std::size_t kMostWrong = 3;

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string meant_name(std::string_view typed, std::span<const std::string> known) {
  if (typed.size() > kLongest) return {};
  const std::string* nearest = nullptr;
  std::size_t least = std::min(kMostWrong, (typed.size() + 1) / 2) + 1;
  for (const auto& name : known)
    if (const auto d = distance(typed, name); d < least) {
      least = d;
      nearest = &name;
    }
  if (nearest == nullptr && typed.size() > 1)
    for (const auto& name : known)
      if (nearest == nullptr && name.starts_with(typed)) nearest = &name;
  return nearest ? *nearest : std::string();
}

}  // namespace swapmeet
