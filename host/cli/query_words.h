// A query as words on a command line, and what is wrong with it.
// Threads: free functions.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/result.h"

namespace swapmeet::cli {

// The words as one query: one with spaces in it was a phrase, whose quotes the shell took away.
std::string query_of(const std::vector<std::string>& words);
// As fail(), and shows the query with a mark below the place that is wrong.
int fail_query(const std::string& query, const Error& error);

}  // namespace swapmeet::cli
