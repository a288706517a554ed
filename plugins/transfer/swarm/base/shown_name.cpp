#include "transfer/swarm/base/shown_name.h"

#include <algorithm>
#include <charconv>

#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::string_view kEscape = "\xe2\x80\x9b";

// Bytes of the valid character at the beginning; 0 when there is none.
std::size_t character(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size)
    if (is_utf8(text.substr(0, size))) return size;
  return 0;
}

}  // namespace

std::string shown_name(std::string_view raw) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  while (!raw.empty()) {
    const auto size = character(raw);
    const auto c = raw.substr(0, std::max<std::size_t>(size, 1));
    if (size != 0 && !has_unicode_control(c)) {
      shown += c;
    } else {
      for (const auto byte : c) {
        shown += kEscape;
        shown += kDigits[static_cast<unsigned char>(byte) >> 4];
        shown += kDigits[static_cast<unsigned char>(byte) & 15];
      }
    }
    raw.remove_prefix(c.size());
  }
  return shown;
}

std::string twin_of(std::string_view raw) {
  auto shown = shown_name(raw);
  if (shown != raw) return shown;
  constexpr std::size_t kSize = kEscape.size() + 2;
  bool any = false;
  std::string twin;
  while (!raw.empty()) {
    unsigned byte = 0;
    const auto* digits = raw.data() + kEscape.size();
    if (raw.size() >= kSize && raw.starts_with(kEscape) &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      any = true;
      twin += static_cast<char>(byte);
      raw.remove_prefix(kSize);
    } else {
      twin += raw.front();
      raw.remove_prefix(1);
    }
  }
  return any && shown_name(twin) == shown ? twin : "";
}

}  // namespace swapmeet::transfer_swarm
