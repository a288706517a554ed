#include "swapmeet/listing.h"

#include "swapmeet/text.h"

namespace swapmeet {
namespace {

// The length of the UTF-8 sequence at the front of `text`, 0 when it is not valid (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned char low, unsigned char high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned char low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned char high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned char low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2, 0x80, 0xbf) && continues(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view name_of_path(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_of_path(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<void> check_path(std::string_view path) {
  if (path.empty()) return invalid_argument("the path is empty");
  if (path.size() > 4096) return invalid_argument("the path is longer than 4,096 bytes");
  if (!is_utf8(path)) return invalid_argument("the path is not UTF-8");
  if (has_control(path)) return invalid_argument("the path contains a control character");
  std::string_view rest = path;
  while (true) {
    const auto slash = rest.find('/');
    const auto part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..")
      return invalid_argument("the path '" + std::string(path) +
                              "' has an empty, '.' or '..' part");
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Result<void> check_listing(const Listing& listing) {
  constexpr std::size_t kMostAttributes = 32;
  constexpr std::size_t kMostMembers = 256;
  constexpr std::size_t kLongest = 1024;
  if (auto checked = check_path(listing.path); !checked) return checked;
  const auto of_path = [&](const char* what) {
    return invalid_argument("'" + listing.path + "': " + what);
  };
  const auto is_plain = [](const std::string& text) {
    return text.size() <= kLongest && is_utf8(text) && !has_control(text);
  };
  if (listing.size > kLargestFile)
    return of_path("the size is above 1 PiB, which no file here may have");
  if (listing.have && *listing.have > listing.size) return of_path("'have' is above the size");
  if (listing.attributes.size() > kMostAttributes) return of_path("there are too many attributes");
  const auto& audience = listing.audience;
  if (audience.groups.size() + audience.accounts.size() > kMostMembers)
    return of_path("the audience has too many members");
  for (const auto& [key, value] : listing.attributes)
    if (key.empty() || !is_plain(key) || !is_plain(value))
      return of_path("an attribute is too long or holds a control character");
  for (const auto* names : {&audience.groups, &audience.accounts})
    for (const auto& name : *names)
      if (name.empty() || !is_plain(name))
        return of_path("a name in the audience is empty, too long or holds a control character");
  return {};
}

}  // namespace swapmeet
