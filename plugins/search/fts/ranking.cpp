#include "search/fts/ranking.h"

#include <array>

#include "swapmeet/hits.h"
#include "swapmeet/id.h"

namespace swapmeet::search_fts {
namespace {

using swapmeet::SortOrder;
constexpr std::size_t kBytes = 32;

// Larger first; negative numbers after zero.
std::uint64_t descending(std::int64_t value) {
  constexpr auto kSign = std::uint64_t{1} << 63;
  return ~(static_cast<std::uint64_t>(value) ^ kSign);
}

}  // namespace

Rank rank_of(const Ranked& hit) {
  Rank rank;
  if (hit.sort == SortOrder::sources) rank.sorted = descending(hit.sources);
  if (hit.sort == SortOrder::size) rank.sorted = descending(hit.size);
  if (hit.sort == SortOrder::newest) rank.sorted = descending(hit.modified);
  rank.match = swapmeet::hit_order(hit.in_name, hit.sources, hit.name_size);
  rank.content = hit.content_order;
  return rank;
}

std::string cursor_of(const Place& place) {
  std::array<std::uint8_t, kBytes> bytes{};
  std::size_t at = 0;
  for (const auto number : {place.rank.sorted, place.rank.match, place.rank.content, place.before})
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes.at(at++) = static_cast<std::uint8_t>(number >> shift);
  return swapmeet::to_hex(bytes.data(), bytes.size());
}

swapmeet::Result<Place> place_of(const std::string& cursor) {
  Place place;
  if (cursor.empty()) return place;
  std::array<std::uint8_t, kBytes> bytes{};
  if (!swapmeet::from_hex(cursor, bytes.data(), bytes.size()))
    return swapmeet::Error{
        swapmeet::ErrorCode::invalid_argument,
        "'after' is no place in these results; use the 'next' of the page before",
        {}};
  std::size_t at = 0;
  for (auto* number : {&place.rank.sorted, &place.rank.match, &place.rank.content, &place.before})
    for (int i = 0; i < 8; ++i) *number = *number << 8 | bytes.at(at++);
  return place;
}

}  // namespace swapmeet::search_fts
