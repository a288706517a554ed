// Folding: what of a text is compared. Unicode's compatibility forms (NFKD) and case folding come
// from utf8proc; the few rules beside them are here.
#include <utf8proc.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "letters.h"
#include "swapmeet/query.h"

namespace swapmeet {
namespace {

// Counted up with every change of what folds to what, or of what separates words.
constexpr int kRules = 2;

// Letters that Unicode does not take apart, and people do.
std::string_view plain_form(char32_t code) {
  switch (code) {
    case 0xE6: return "ae";
    case 0xF0: return "d";
    case 0xF8: return "o";
    case 0xFE: return "th";
    case 0x111: return "d";
    case 0x127: return "h";
    case 0x131: return "i";
    case 0x138: return "k";
    case 0x142: return "l";
    case 0x14B: return "n";
    case 0x153: return "oe";
    case 0x167: return "t";
    default: return {};
  }
}

// Letters that differ by the keyboard only: Persian and Arabic yeh and kaf, the two nasal signs of
// Devanagari.
char32_t same_letter(char32_t code) {
  switch (code) {
    case 0x649:
    case 0x6CC: return 0x64A;
    case 0x6A9: return 0x643;
    case 0x901: return 0x902;
    default: return code;
  }
}

// The digit of any script as that of ASCII: they stand in rows of ten.
char32_t ascii_digit(char32_t code) {
  const auto is_digit = [](char32_t one) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(one)) == UTF8PROC_CATEGORY_ND;
  };
  char32_t zero = code;
  while (code - zero < 9 && is_digit(zero - 1)) --zero;
  return '0' + (code - zero);
}

class Folded {
 public:
  explicit Folded(std::size_t size) { text_.reserve(size); }

  void add_ascii(char c) {
    text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
    last_ = 0;
  }
  void add_bytes(std::string_view bytes) {
    text_ += bytes;
    last_ = 0;
  }
  // Any code point outside ASCII.
  void add(char32_t code) {
    if (is_unseen(code)) return;
    if (shape_of(code) == Shape::separator) return add_separator(code);
    if (code >= 0xAC00 && code <= 0xD7A3) return put(code);  // a whole syllable stays one
    std::array<utf8proc_int32_t, 32> parts{};
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(code), parts.data(), std::ssize(parts),
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), nullptr);
    if (count <= 0 || count > std::ssize(parts)) return put(code);
    for (const auto part : std::span(parts.data(), static_cast<std::size_t>(count)))
      add_part(static_cast<char32_t>(part), count > 1);
  }
  std::string take() { return std::move(text_); }

 private:
  void add_separator(char32_t code) {
    constexpr char32_t kWide = 0xFEE0;  // from ASCII to the full-width form
    put(code > kWide + ' ' && code < kWide + 0x7F ? code - kWide : code);
  }

  // Of what a compatibility form stands for, only the letters count: ⑴ is 1.
  void add_part(char32_t code, bool is_of_many) {
    if (is_accent(code) || is_unseen(code)) return;
    if (is_of_many && (shape_of(code) == Shape::separator || code == kFractionSlash)) return;
    if (code < 0x80) return put(static_cast<unsigned char>(code | (is_upper(code) ? 0x20U : 0U)));
    std::array<utf8proc_int32_t, 8> cased{};
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), cased.data(),
                                               std::ssize(cased), UTF8PROC_CASEFOLD, nullptr);
    if (count <= 0 || count > std::ssize(cased)) return put(code);
    for (const auto one : std::span(cased.data(), static_cast<std::size_t>(count)))
      add_letter(static_cast<char32_t>(one));
  }

  static bool is_upper(char32_t code) { return code >= 'A' && code <= 'Z'; }

  void add_letter(char32_t code) {
    if (const auto plain = plain_form(code); !plain.empty()) return add_bytes(plain);
    code = same_letter(code);
    if (utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_ND)
      code = ascii_digit(code);
    put(code);
  }

  void put(char32_t code) {
    if (const auto whole = composed(last_, code); whole != 0) {
      text_.resize(text_.size() - last_size_);
      code = whole;
    } else if (is_consonant(code) && last_ == kVirama && is_nasal(before_last_)) {
      text_.resize(text_.size() - 2 * last_size_);  // a nasal before a consonant: the sign for it
      encode(kAnusvara);
    }
    before_last_ = std::exchange(last_, code);
    last_size_ = encode(code);
  }

  std::size_t encode(char32_t code) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = static_cast<std::size_t>(
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes.data()));
    text_.append(reinterpret_cast<const char*>(bytes.data()), size);
    return size;
  }

  // Decomposed Hangul and kana (as macOS writes names, and half-width kana are) become composed
  // ones, as each of their letters is a word: what the two make together, or 0.
  static char32_t composed(char32_t last, char32_t code) {
    constexpr char32_t kSyllables = 0xAC00;
    if (last >= 0x1100 && last <= 0x1112 && code >= 0x1161 && code <= 0x1175)
      return kSyllables + ((last - 0x1100) * 21 + (code - 0x1161)) * 28;
    if (last >= kSyllables && last <= 0xD7A3 && (last - kSyllables) % 28 == 0 && code >= 0x11A8 &&
        code <= 0x11C2)
      return last + (code - 0x11A7);
    if (code != 0x3099 && code != 0x309A) return 0;
    std::array<utf8proc_int32_t, 2> pair{static_cast<utf8proc_int32_t>(last),
                                         static_cast<utf8proc_int32_t>(code)};
    const auto size = utf8proc_normalize_utf32(
        pair.data(), 2, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    return size == 1 ? static_cast<char32_t>(pair[0]) : 0;
  }

  // Of Devanagari: हिन्दी and हिंदी are one word.
  static constexpr char32_t kVirama = 0x94D;
  static constexpr char32_t kAnusvara = 0x902;
  static constexpr char32_t kFractionSlash = 0x2044;
  static bool is_consonant(char32_t code) { return code >= 0x915 && code <= 0x939; }
  static bool is_nasal(char32_t code) {
    return code == 0x919 || code == 0x91E || code == 0x923 || code == 0x928 || code == 0x92E;
  }

  std::string text_;
  char32_t before_last_ = 0;
  char32_t last_ = 0;          // what the next may be joined to,
  std::size_t last_size_ = 0;  // and its bytes at the end of the text
};

}  // namespace

std::string fold(std::string_view text) {
  Folded folded(text.size());
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      folded.add_ascii(text[0]);
      text.remove_prefix(1);
      continue;
    }
    const auto [code, bytes] = code_point_at(text);
    if (code == kNoCharacter)
      folded.add_bytes(bytes);
    else
      folded.add(code);
    text.remove_prefix(bytes.size());
  }
  return folded.take();
}

std::string words_version() {
  return std::to_string(kRules) + ", Unicode " + utf8proc_unicode_version();
}

}  // namespace swapmeet
