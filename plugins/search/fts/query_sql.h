// From a query to SQL: words become FTS5 expressions, filters become conditions on `docs d`.
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "swapmeet/query.h"

namespace search_fts {

struct Condition {
  std::string sql;  // " AND …" for each part
  std::vector<std::variant<std::int64_t, std::string>> values;
};

// The words of a text as the index keeps them: split, with spaces between.
std::string index_words(std::string_view text);
// The positive terms, ANDed; empty when there are none.
std::string match_of(const swapmeet::Query& query);
Condition condition_of(const swapmeet::Query& query);

}  // namespace search_fts
