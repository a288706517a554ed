// What search.process says to its program and what it reads from it: the JSON of
// docs/reference/process-plugins.md. Queries and paths are parsed, split into words and folded
// here, so that a program need not know how. Threads: free functions without shared state.
#pragma once

#include <string>

#include "swapmeet/feed.h"
#include "swapmeet/query.h"
#include "swapmeet/search.h"
#include "swapmeet/wire/json_value.h"

namespace swapmeet::search_process {

std::string apply_request(const ChangeBatch& batch);
// `query`: the request's, parsed.
std::string search_request(const SearchRequest& request, const Query& query,
                           std::chrono::milliseconds within);
std::string suggest_request(const SuggestRequest& request, std::chrono::milliseconds within);

FeedPosition position_from(const wire::JsonValue& answer);
// `internal` names what is wrong with the program's answer.
Result<SearchPage> page_from(const wire::JsonValue& answer, const SearchRequest& request);

}  // namespace swapmeet::search_process
