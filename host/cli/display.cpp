#include "host/cli/display.h"

#include <fmt/format.h>

#include <clocale>
#include <cstdint>
#include <cwchar>

#include "swapmeet/characters.h"

namespace swapmeet::cli {
namespace {

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

std::string printable(std::string_view text) { return without_steering(text); }

std::string printable_json(std::string_view json) {
  std::string clean;
  while (!json.empty()) {
    const auto character = next_character(json);
    if (is_steering(character.code) && character.code != '\n')
      clean += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
    else
      clean += character.bytes;
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(next_character(text).code);
  return width;
}

std::string wrapped(std::string_view text, std::size_t indent, std::optional<std::size_t> width) {
  const std::string before(indent, ' ');
  std::string lines;
  std::string line;
  std::size_t taken = 0;
  const auto end_line = [&] {
    lines += before + line + '\n';
    line.clear();
    taken = 0;
  };
  while (!text.empty()) {
    const auto end = text.find(' ', 1);
    auto word = text.substr(0, end);
    text.remove_prefix(word.size());
    if (width && taken > 0 && indent + taken + display_width(word) > *width) end_line();
    if (taken == 0 && word.size() > 1 && word.front() == ' ' && !lines.empty())
      word.remove_prefix(1);
    line += word;
    taken += display_width(word);
  }
  end_line();
  return lines;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string cut;
  std::size_t taken = 1;  // of the ellipsis
  while (!text.empty()) {
    const auto character = next_character(text);
    taken += width_of(character.code);
    if (taken > width) break;
    cut += character.bytes;
  }
  return cut + "…";
}

std::string end_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  while (!text.empty() && display_width(text) + 1 > width) next_character(text);
  return "…" + std::string(text);
}

}  // namespace swapmeet::cli
