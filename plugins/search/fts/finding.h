// One query, answered from one state of the index: which docs match (FTS5), which of them count
// (the table in memory), in which order, and what stands on the page (the database again).
// Threads: a free function without shared state; one thread for a reader.
#pragma once

#include "search/fts/doc_table.h"
#include "swapmeet/query.h"
#include "swapmeet/search.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::search_fts {

// `table` and `reader` show the same state and do not change meanwhile. A query can page through
// `max_results` hits; `total` counts all there are.
Result<SearchPage> find(const SearchRequest& request, const DocTable& table,
                        sqlite::Database& reader, std::size_t max_results);

}  // namespace swapmeet::search_fts
