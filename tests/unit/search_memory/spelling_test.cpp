// What is near a word.
#include "search/memory/spelling.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "catch.h"

using namespace swapmeet::search_memory;

namespace {

std::size_t textbook_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t differs = a[i - 1] == b[j - 1] ? 0 : 1;
      table[i][j] =
          std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  return table[a.size()][b.size()];
}

}  // namespace

TEST_CASE("The distance of two words counts letters, not bytes, and a swap once") {
  const auto distance = [](const char* a, const char* b) { return Pattern(a).distance_to(b); };
  CHECK(distance("beatles", "beatles") == 0);
  CHECK(distance("beatels", "beatles") == 1);
  CHECK(distance("betles", "beatles") == 1);
  CHECK(distance("beattles", "beatles") == 1);
  CHECK(distance("bextles", "beatles") == 1);
  CHECK(distance("btles", "beatles") == 2);
  CHECK(distance("война", "воина") == 1);
  CHECK(distance("東京タワ", "東京タワー") == 1);
  CHECK(distance("", "ab") == 2);
  CHECK(distance("abcde", "") == 5);
  CHECK(distance("kitten", "sitting") == 3);
}

TEST_CASE("The distance of any two words is that of the textbook's table") {
  std::mt19937_64 random(7);
  const auto word = [&] {
    std::string letters(random() % 12, ' ');
    for (auto& letter : letters) letter = static_cast<char>('a' + random() % 4);
    return letters;
  };
  for (int i = 0; i < 2000; ++i) {
    const auto a = word();
    const auto b = word();
    CAPTURE(a, b);
    REQUIRE(Pattern(a).distance_to(b) == textbook_distance(a, b));
  }
}
