// Splitting names and paths into words, and folding them.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fold_table.h"
#include "swapmeet/query.h"

namespace swapmeet {
namespace {

enum class Shape { separator, lower, upper, digit, mark, other };

struct Letter {
  Shape shape;
  std::size_t bytes;
};

std::size_t length_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return length <= text.size() ? length : 1;
}

char32_t code_point(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return first;
  char32_t code = first & (0xFFU >> (bytes.size() + 1));
  for (const char byte : bytes.substr(1))
    code = (code << 6) | (static_cast<unsigned char>(byte) & 0x3FU);
  return code;
}

bool is_mark(char32_t code) {
  return (code >= 0x300 && code <= 0x36F) || (code >= 0x1AB0 && code <= 0x1AFF) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE20 && code <= 0xFE2F);
}

// Outside ASCII everything is a letter but the common blocks of spaces, punctuation and symbols.
Shape shape_of(char32_t code) {
  if (code >= 'a' && code <= 'z') return Shape::lower;
  if (code >= 'A' && code <= 'Z') return Shape::upper;
  if (code >= '0' && code <= '9') return Shape::digit;
  if (code < 0xAA || (code > 0xAA && code < 0xC0 && code != 0xB5 && code != 0xBA))
    return Shape::separator;
  if (code == 0xD7 || code == 0xF7) return Shape::separator;
  if (is_mark(code)) return Shape::mark;
  if (code >= 0xC0 && code <= 0xDE) return Shape::upper;
  if (code >= 0xDF && code <= 0xFF) return Shape::lower;
  if ((code >= 0x2000 && code <= 0x206F) || (code >= 0x3000 && code <= 0x3004) ||
      (code >= 0x3008 && code <= 0x3020) || (code >= 0xFF01 && code <= 0xFF0F) ||
      (code >= 0xE000 && code <= 0xF8FF) || code == 0xFEFF)
    return Shape::separator;
  return Shape::other;
}

Letter letter_at(std::string_view text) {
  const auto length = length_of(text);
  return {shape_of(code_point(text.substr(0, length))), length};
}

void append(std::string& text, char32_t code) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | (code >> 6));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

// Decomposed Hangul and kana (as macOS writes names) become composed ones: the letter that `last`
// and `code` make together, or 0.
char32_t composed(char32_t last, char32_t code) {
  constexpr char32_t kSyllables = 0xAC00;
  if (last >= 0x1100 && last <= 0x1112 && code >= 0x1161 && code <= 0x1175)
    return kSyllables + ((last - 0x1100) * 21 + (code - 0x1161)) * 28;
  if (last >= kSyllables && last <= 0xD7A3 && (last - kSyllables) % 28 == 0 && code >= 0x11A8 &&
      code <= 0x11C2)
    return last + (code - 0x11A7);
  if (last >= 0x3041 && last <= 0x30FE && (code == 0x3099 || code == 0x309A)) {
    if (last == 0x3046 || last == 0x30A6) return last + 0x4E;
    return last + (code - 0x3098);
  }
  return 0;
}

// One letter's folded form appended, but for composing.
void append_folded(std::string& text, char32_t code) {
  for (const auto& block : kFoldBlocks) {
    if (code < block.first || code > block.last) continue;
    const char32_t folded = block.folded[code - block.first];
    if (folded == 0) return;
    if (folded < 0x20)
      text += kFoldPairs.at(folded - 1);
    else
      append(text, folded);
    return;
  }
  if (code >= 0x531 && code <= 0x556) code += 48;
  if (code >= 0xFF10 && code <= 0xFF5A) {
    code -= 0xFEE0;
    if (code >= 'A' && code <= 'Z') code += 0x20;
  }
  append(text, code);
}

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
    const auto next = at + letter.bytes;
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
    const auto bytes =
        std::string_view(folded).substr(at, length_of(std::string_view(folded).substr(at)));
    const auto next = at + bytes.size();
    if (bytes.size() >= 3 && is_unspaced(code_point(bytes))) {
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

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  char32_t last = 0;          // a letter that a mark may still join,
  std::size_t last_size = 0;  // and its bytes at the end of `folded`
  while (!text.empty()) {
    const char first = text[0];
    if (static_cast<unsigned char>(first) < 0x80) {
      folded += first >= 'A' && first <= 'Z' ? static_cast<char>(first + 0x20) : first;
      last = 0;
      text.remove_prefix(1);
      continue;
    }
    const auto bytes = text.substr(0, length_of(text));
    text.remove_prefix(bytes.size());
    auto code = code_point(bytes);
    if (is_mark(code)) continue;
    if (const auto joined = composed(last, code)) {
      folded.resize(folded.size() - last_size);
      code = joined;
    }
    const auto before = folded.size();
    if (bytes.size() == 1 || bytes.size() == 4)
      folded += bytes;
    else
      append_folded(folded, code);
    last = code;
    last_size = folded.size() - before;
  }
  return folded;
}

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
