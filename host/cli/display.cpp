#include "host/cli/display.h"

#include <fmt/format.h>

#include <clocale>
#include <cstdint>
#include <cwchar>

namespace swapmeet::cli {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::string_view kReplacementText = "\xef\xbf\xbd";

// The next character, taken off the front; what is no UTF-8 is U+FFFD, a byte at a time.
char32_t next(std::string_view& text, std::string_view& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80             ? 1
                             : (first & 0xe0) == 0xc0 ? 2
                             : (first & 0xf0) == 0xe0 ? 3
                             : (first & 0xf8) == 0xf0 ? 4
                                                      : 0;
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  char32_t code = length <= 1 ? first : first & (0xffU >> (length + 1));
  bool valid = length > 0 && length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (at(i) & 0xc0) == 0x80;
    code = (code << 6) | (at(i) & 0x3fU);
  }
  valid = valid && code >= kLeast[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  bytes = text.substr(0, valid ? length : 1);
  text.remove_prefix(bytes.size());
  return valid ? code : kReplacement;
}

bool steers(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

// The C library's table of widths, whatever the person's locale is.
std::size_t width_of(char32_t code) {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (kUnicode == nullptr) return 1;
  const locale_t before = ::uselocale(kUnicode);
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  ::uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string clean;
  for (std::string_view bytes; !text.empty();) {
    const char32_t code = next(text, bytes);
    clean += steers(code) || code == kReplacement ? kReplacementText : bytes;
  }
  return clean;
}

std::string printable_json(std::string_view json) {
  std::string clean;
  for (std::string_view bytes; !json.empty();) {
    const char32_t code = next(json, bytes);
    if (steers(code) && code != '\n')
      clean += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    else
      clean += bytes;
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::string_view bytes; !text.empty();) width += width_of(next(text, bytes));
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string cut;
  std::size_t taken = 1;  // of the ellipsis
  for (std::string_view bytes; !text.empty();) {
    taken += width_of(next(text, bytes));
    if (taken > width) break;
    cut += bytes;
  }
  return cut + "…";
}

}  // namespace swapmeet::cli
