// What others fetch: the bytes of a content, whole or a range of them, and its Merkle layers.
// A file is served only while it is the one that was hashed (inode, size, modification time).
// Threads: handlers run on the listener's workers; parse_range is free.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swapmeet/http.h"
#include "transfer/swarm/catalogue.h"
#include "transfer/swarm/uploads.h"

namespace swapmeet::swarm {

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

// Contents that are in no share, for whoever has the token of an offer: /content/{cid}?offer=TOKEN.
// Thread-safe; throws sqlite::Failure.
class OfferedContents {
 public:
  virtual ~OfferedContents() = default;
  virtual std::optional<ContentPlace> place(const ContentId& content, const std::string& token) = 0;
  virtual std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) = 0;
};

// `changed` is told of files that are not what was hashed any more, so that they are hashed again;
// with errno when they could not be opened, else with 0.
// `catalogue`, `meter` and `offers` (may be null) must outlive the registrations.
Result<std::vector<Registration>> add_content_routes(
    http::Routes& routes, Catalogue& catalogue, UploadMeter& meter,
    std::function<void(const std::string& file, int error)> changed,
    OfferedContents* offers = nullptr);

}  // namespace swapmeet::swarm
