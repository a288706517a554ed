// A query as words on a command line, and what is wrong with it.
// Threads: free functions.
#pragma once

#include <string>
#include <vector>

#include "host/cli/arguments.h"
#include "swapmeet/result.h"

namespace swapmeet::cli {

// A query that somebody typed.
struct TypedQuery {
  std::string text;
  bool guessed = false;  // words with spaces were put in quotation marks, which is worth telling
};
// One word is the query as it is. Of several, one with spaces was a phrase, or the value of a
// filter, whose quotation marks the shell took away; unless it asks for filters itself.
TypedQuery query_of(const std::vector<std::string>& words);
// How to ask for the words of such a query in a row: '"live at the"', 'artist:"nina simone"'.
// Empty: it has quotation marks, or one word.
std::string as_phrase(const std::string& query);
// "type:audio peer:\"the den\"" for --type audio --peer "the den".
Result<std::string> filters_of(const Arguments& arguments);
// The options of which filters_of makes filters.
const std::vector<Option>& filter_options();
// As fail(), and shows the query with a mark below the place that is wrong.
int fail_query(const std::string& query, const Error& error);

}  // namespace swapmeet::cli
