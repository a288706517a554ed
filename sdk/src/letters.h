// What a code point is in a word, by Unicode's properties (utf8proc): whether it separates words,
// is a letter of either case, a digit, or goes along with the letter before it. Threads: free
// functions.
#pragma once

#include <string_view>

namespace swapmeet {

enum class Shape { separator, lower, upper, digit, mark, other };

struct CodePoint {
  char32_t code = 0;
  std::string_view bytes;
};
// The first of a text that is not empty; a byte that is no UTF-8 is kNoCharacter.
CodePoint code_point_at(std::string_view text);
inline constexpr char32_t kNoCharacter = 0x110000;

struct Letter {
  Shape shape = Shape::other;
  std::string_view bytes;
};
Letter letter_at(std::string_view text);

// Outside ASCII whatever is no blank, punctuation or control is a letter: symbols and emoji too.
Shape shape_of(char32_t code);
// A character that shows nothing or only changes how others look, so that names with and without
// it are one: joiners, soft hyphens, variation selectors, skin tones, the tatweel.
bool is_unseen(char32_t code);
// A mark that may be left out in writing: accents, points, vowel signs where they are optional. Not
// those without which a word of its script is another one (Thai, the vowels of Indic scripts).
bool is_accent(char32_t code);

}  // namespace swapmeet
