// From names and queries to what FTS5 reads: words are split and folded here, and FTS5 takes them
// as they are. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "swapmeet/query.h"

namespace swapmeet::search_fts {

// Stands between runs of words: U+E000, which split_words takes for a separator, so that no query
// holds it.
inline constexpr std::string_view kGap = "\xEE\x80\x80 ";

// The searchable words of a text in the order of the index, with a gap between runs that no phrase
// crosses.
std::string index_text(std::string_view text);
// One term as an FTS5 phrase.
std::string match_of(const QueryTerm& term);
// The positive terms, ANDed; empty when there are none.
std::string match_of(const Query& query);

}  // namespace swapmeet::search_fts
