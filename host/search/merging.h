// What several searches answered, made one answer: grouped by content, in one order, a page at a
// time. Which page is wanted says a cursor, which is a place in that order: whatever comes after it
// is the next page, also when a search has been left out meanwhile.
// Threads: plain values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "swapmeet/search.h"

namespace swapmeet {

// Where a hit stands; the smallest comes first. What is sorted by and the score count most; then
// the search that found it, and its own order.
struct MergedPlace {
  std::uint64_t sorted = 0;
  std::uint64_t score = 0;
  std::uint64_t member = 0;
  std::uint64_t at = 0;
  auto operator<=>(const MergedPlace&) const = default;
};

// Where a page begins: after `last`, with `before` hits on the pages before it.
struct MergedCursor {
  MergedPlace last;
  std::uint64_t before = 0;
};
std::string text_of(const MergedCursor& cursor);
// The empty text is the beginning. `invalid_argument`: it is no cursor.
Result<MergedCursor> merged_cursor_from(const std::string& text);

// How many of its first hits each search is asked for, so that the page and whether there is
// another can be told: none of a member's hits beyond comes earlier in the merged order.
std::size_t window_of(const MergedCursor& cursor, std::size_t limit);

struct MemberAnswer {
  std::size_t member = 0;  // its place in the group
  SearchPage page;         // its first hits; `next` is empty when these are all
};

// `answers` are to window_of(cursor, limit), in the order of the members. Total and facets are
// exact when all answers are whole, and a least otherwise: then `has_more` says so.
SearchPage merged(const std::vector<MemberAnswer>& answers, const SearchRequest& request,
                  const MergedCursor& cursor);

// The first of each, then the second of each, and so on, none twice.
std::vector<std::string> merged_suggestions(const std::vector<std::vector<std::string>>& lists,
                                            std::size_t limit);

}  // namespace swapmeet
