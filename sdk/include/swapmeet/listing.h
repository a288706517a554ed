// One file in a share, as it travels from a peer's catalogue to the registry and the search.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// 1 PiB. What is said to be larger is not believed.
inline constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 50;

// a + b, or the largest number where that would be more: what strangers say of their sizes must not
// wrap a sum.
constexpr std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  return a > ~b ? ~std::uint64_t{0} : a + b;
}

struct Listing {
  // UTF-8, '/' between parts, the share's name first: "music/a/b.flac". Unique within a peer.
  std::string path;
  ContentId content;
  std::uint64_t size = 0;  // bytes
  Time modified{};
  Audience audience;
  std::map<std::string, std::string> attributes;  // key=value; empty in most listings
  // How many of `size` bytes the peer has; nullopt: all of them.
  std::optional<std::uint64_t> have;

  bool operator==(const Listing&) const = default;
};

// The peer has not all of it yet: a source for who fetches pieces, and nothing to be found.
inline bool is_partial(const Listing& listing) {
  return listing.have && *listing.have < listing.size;
}

// The last part of a path: "b.flac" of "music/a/b.flac".
std::string_view name_of_path(std::string_view path);
// What comes before it, without the '/' between: "music/a"; empty when there is nothing.
std::string_view folder_of_path(std::string_view path);

// Paths are relative, UTF-8, at most 4,096 bytes, without empty, "." or ".." parts and without
// control characters. `invalid_argument` names what is wrong.
Result<void> check_path(std::string_view path);
// A listing that may be announced: check_path; at most kLargestFile bytes, of which it has no more
// than all; at most 32 attributes and 256 groups and accounts, of at most 1,024 bytes each, without
// control characters. `invalid_argument` names what is wrong.
Result<void> check_listing(const Listing& listing);
// True for valid UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

}  // namespace swapmeet
