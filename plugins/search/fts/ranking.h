// The order of hits, and the cursor that says where in it a page ended.
// Threads: plain values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "swapmeet/result.h"
#include "swapmeet/search.h"

namespace swapmeet::search_fts {

// Smaller comes first: what is sorted by; then `hit_order` of the SDK; then the content id, so that
// the order is the same however the index came to be.
struct Rank {
  std::uint64_t sorted = 0;
  std::uint64_t match = 0;
  std::uint64_t content = 0;
  auto operator<=>(const Rank&) const = default;
};

struct Ranked {
  swapmeet::SortOrder sort = swapmeet::SortOrder::relevance;
  bool in_name = false;
  std::uint32_t sources = 0;
  std::uint16_t name_size = 0;
  std::int64_t size = 0;
  std::int64_t modified = 0;
  std::uint64_t content_order = 0;
};
Rank rank_of(const Ranked& hit);

// Where a page begins: after `rank`, with `before` hits on the pages before it.
struct Place {
  Rank rank;
  std::uint64_t before = 0;
};
std::string cursor_of(const Place& place);
// The empty text is the beginning. `invalid_argument`: it is no cursor.
swapmeet::Result<Place> place_of(const std::string& cursor);

}  // namespace swapmeet::search_fts
