#include "swapmeet/characters.h"

#include <algorithm>
#include <iterator>

#include "swapmeet/listing.h"

namespace swapmeet {
namespace {

// Steering characters, from the first to the last of each range; in order.
struct Range {
  char32_t first;
  char32_t last;
};
constexpr Range kSteering[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c}, {0x180e, 0x180e}, {0x200b, 0x200b},
    {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

}  // namespace

Character next_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  Character character;
  if (length > text.size() || !is_utf8(text.substr(0, length))) {
    character = {0xfffd, text.substr(0, 1), false};
  } else {
    character.bytes = text.substr(0, length);
    character.code = length == 1 ? first : first & (0xffU >> (length + 1));
    for (const char c : character.bytes.substr(1))
      character.code = (character.code << 6) | (static_cast<unsigned char>(c) & 0x3fU);
  }
  text.remove_prefix(character.bytes.size());
  return character;
}

bool is_steering(char32_t code) {
  return std::any_of(std::begin(kSteering), std::end(kSteering),
                     [&](const Range& range) { return range.first <= code && code <= range.last; });
}

std::string without_steering(std::string_view text, std::string_view instead) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto character = next_character(text);
    clean += !character.valid || is_steering(character.code) ? instead : character.bytes;
  }
  return clean;
}

}  // namespace swapmeet
