// What others fetch: the bytes of a content, whole or a range of them, its Merkle layers, and for
// other programs its SHA-256 hashes and a Metalink.
// A file is served only while it is the one that was hashed (inode, size, modification time).
// Threads: handlers run on the listener's workers; parse_range is free.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/http.h"
#include "transfer/swarm/serve/content_serving.h"

namespace swapmeet::transfer_swarm {

struct RangeAnswer {
  enum Kind { whole, part, unsatisfiable } kind = whole;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};
// RFC 9110 §14: anything but one well-formed byte range is answered with the whole (several ranges
// too: a server may ignore them).
RangeAnswer parse_range(std::string_view header, std::uint64_t size);

// RFC 6266: a plain name for old readers, and the whole one (RFC 8187) when that is not plain.
std::string content_disposition(const std::string& name);

// All that `serving` names must outlive the registrations.
Result<std::vector<Registration>> add_content_routes(http::Routes& routes, const Serving& serving);

}  // namespace swapmeet::transfer_swarm
