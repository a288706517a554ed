// Splitting names and paths into words.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "letters.h"
#include "swapmeet/query.h"

namespace swapmeet {
namespace {

// Calls `take(word, begins)` for each run of letters and digits; `begins` are the places inside
// where case changes or, if `digits`, letters and digits meet.
template <class Take>
void each_word(std::string_view text, bool digits, Take&& take) {
  std::size_t begin = 0;
  std::vector<std::size_t> parts;
  auto last = Shape::separator;
  std::size_t at = 0;
  const auto finish = [&] {
    if (at > begin) take(text.substr(begin, at - begin), parts);
    parts.clear();
  };
  while (at < text.size()) {
    const auto letter = letter_at(text.substr(at));
    const auto next = at + letter.bytes.size();
    if (letter.shape == Shape::separator) {
      finish();
      begin = next;
    } else if (at > begin) {
      const bool before_lower =
          next < text.size() && letter_at(text.substr(next)).shape == Shape::lower;
      const bool is_upper = letter.shape == Shape::upper;
      const bool new_case =
          is_upper && (last == Shape::lower || (last == Shape::upper && before_lower));
      const bool new_kind = (letter.shape == Shape::digit) != (last == Shape::digit);
      if (new_case || (digits && new_kind)) parts.push_back(at - begin);
    }
    if (letter.shape != Shape::mark) last = letter.shape;
    at = next;
  }
  finish();
}

// Letters of scripts that put no space between words: Thai, Lao, Burmese, Khmer, kana, bopomofo,
// Han, Hangul (where what is looked for may be a part of a compound).
bool is_unspaced(char32_t code) {
  constexpr std::pair<char32_t, char32_t> kBlocks[] = {
      {0xE01, 0xEFF},   {0x1000, 0x109F}, {0x1780, 0x17FF},  {0x3005, 0x3007}, {0x3041, 0x312F},
      {0x31A0, 0x31BF}, {0x31F0, 0x31FF}, {0x3400, 0x4DBF},  {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
      {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, {0x20000, 0x3FFFF}};
  return std::any_of(std::begin(kBlocks), std::end(kBlocks), [&](const auto& block) {
    return code >= block.first && code <= block.second;
  });
}

// Each letter of such a script as a word of its own, so that any part of a run is a phrase.
void add_words(std::string folded, std::vector<std::string>& words) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < folded.size();) {
    const auto [code, bytes] = code_point_at(std::string_view(folded).substr(at));
    const auto next = at + bytes.size();
    if (bytes.size() >= 3 && is_unspaced(code)) {
      if (at > begin) words.push_back(folded.substr(begin, at - begin));
      words.emplace_back(bytes);
      begin = next;
    }
    at = next;
  }
  if (begin == 0)
    words.push_back(std::move(folded));
  else if (begin < folded.size())
    words.push_back(folded.substr(begin));
}

std::vector<std::string> cut(std::string_view word, const std::vector<std::size_t>& parts) {
  std::vector<std::string> pieces;
  std::size_t from = 0;
  for (const auto part : parts) {
    pieces.emplace_back(word.substr(from, part - from));
    from = part;
  }
  pieces.emplace_back(word.substr(from));
  return pieces;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  each_word(text, false, [&](std::string_view word, const std::vector<std::size_t>& parts) {
    for (auto& piece : cut(word, parts)) words.push_back(std::move(piece));
  });
  return words;
}

std::vector<std::string> separated_words(std::string_view text) {
  std::vector<std::string> words;
  each_word(text, false, [&](std::string_view word, const std::vector<std::size_t>&) {
    words.emplace_back(word);
  });
  return words;
}

std::vector<std::vector<std::string>> searchable_words(std::string_view text) {
  constexpr std::size_t kMostParts = 12;
  std::vector<std::vector<std::string>> runs(1);
  each_word(text, true, [&](std::string_view word, const std::vector<std::size_t>& parts) {
    if (auto folded = fold(word); !folded.empty()) add_words(std::move(folded), runs[0]);
    if (parts.empty() || parts.size() >= kMostParts) return;
    auto& run = runs.emplace_back();
    for (const auto& piece : cut(word, parts))
      if (auto folded = fold(piece); !folded.empty()) add_words(std::move(folded), run);
  });
  return runs;
}

}  // namespace swapmeet
