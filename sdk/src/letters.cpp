#include "letters.h"

#include <utf8proc.h>

namespace swapmeet {
namespace {

// Letters to Unicode, and apostrophes or primes to whoever writes a name.
bool is_apostrophe(char32_t code) {
  return (code >= 0x2B9 && code <= 0x2C1) || code == 0x2C8 || code == 0xA78B || code == 0xA78C;
}

Shape shape_by_category(char32_t code, int category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT: return Shape::upper;
    case UTF8PROC_CATEGORY_LL: return Shape::lower;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return Shape::mark;
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
      // Those of Latin-1 and the full-width ones of ASCII stand between words.
      return code < 0x100 || (code >= 0xFF00 && code <= 0xFFEF) ? Shape::separator : Shape::other;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_CN: return Shape::other;
    default: return Shape::separator;  // blanks, punctuation, controls, private use
  }
}

}  // namespace

CodePoint code_point_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, text.substr(0, 1)};
  utf8proc_int32_t code = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &code);
  if (size <= 0) return {kNoCharacter, text.substr(0, 1)};
  return {static_cast<char32_t>(code), text.substr(0, static_cast<std::size_t>(size))};
}

Letter letter_at(std::string_view text) {
  const auto [code, bytes] = code_point_at(text);
  return {shape_of(code), bytes};
}

Shape shape_of(char32_t code) {
  if (code >= 'a' && code <= 'z') return Shape::lower;
  if (code >= 'A' && code <= 'Z') return Shape::upper;
  if (code >= '0' && code <= '9') return Shape::digit;
  if (code < 0x80) return Shape::separator;
  if (code >= kNoCharacter) return Shape::other;
  if (is_unseen(code)) return Shape::mark;
  if (is_apostrophe(code)) return Shape::separator;
  return shape_by_category(code,
                           utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->category);
}

bool is_unseen(char32_t code) {
  if (code < 0xAD || code >= kNoCharacter) return false;
  constexpr char32_t kTatweel = 0x640;
  return code == kTatweel || (code >= 0x1F3FB && code <= 0x1F3FF) ||
         utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->ignorable;
}

// By the class that Unicode gives each mark for putting several in order: overlays, nuktas (which
// are tones in Burmese), the points of Hebrew, Arabic and Syriac, and what is above or below.
bool is_accent(char32_t code) {
  if (code < 0x300 || code >= kNoCharacter) return false;
  const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
  if (property->category == UTF8PROC_CATEGORY_ME) return true;
  if (property->category != UTF8PROC_CATEGORY_MN) return false;
  const auto order = property->combining_class;
  return order == 1 || (order == 7 && code < 0xE00) || (order >= 10 && order <= 36) || order >= 200;
}

}  // namespace swapmeet
