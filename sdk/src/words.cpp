// Splitting names and paths into words.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/query.h"

namespace swapmeet {
namespace {

enum class Shape { separator, lower, upper, other };

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

// Outside ASCII everything is a letter but the common blocks of spaces, punctuation and symbols.
Shape shape_of(char32_t code) {
  if (code >= 'a' && code <= 'z') return Shape::lower;
  if (code >= 'A' && code <= 'Z') return Shape::upper;
  if (code >= '0' && code <= '9') return Shape::other;
  if (code < 0xAA || (code > 0xAA && code < 0xC0 && code != 0xB5 && code != 0xBA))
    return Shape::separator;
  if (code == 0xD7 || code == 0xF7) return Shape::separator;
  if (code >= 0xC0 && code <= 0xDE) return Shape::upper;
  if (code >= 0xDF && code <= 0xFF) return Shape::lower;
  if ((code >= 0x2000 && code <= 0x206F) || (code >= 0x3000 && code <= 0x3004) ||
      (code >= 0x3008 && code <= 0x3020) || (code >= 0xFF01 && code <= 0xFF0F) || code == 0xFEFF)
    return Shape::separator;
  return Shape::other;
}

Letter letter_at(std::string_view text) {
  const auto length = length_of(text);
  return {shape_of(code_point(text.substr(0, length))), length};
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  auto last = Shape::separator;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  while (!text.empty()) {
    const auto letter = letter_at(text);
    const auto rest = text.substr(letter.bytes);
    const bool before_lower = !rest.empty() && letter_at(rest).shape == Shape::lower;
    if (letter.shape == Shape::separator ||
        (letter.shape == Shape::upper &&
         (last == Shape::lower || (last == Shape::upper && before_lower))))
      finish();
    if (letter.shape != Shape::separator) word += text.substr(0, letter.bytes);
    last = letter.shape;
    text = rest;
  }
  finish();
  return words;
}

}  // namespace swapmeet
