// Looks at what plugins answer before anybody else does: an answer that makes no sense (too many,
// too long, no UTF-8, a value that there is not) is thrown as a BadAnswer, and so becomes a fault
// of the plugin behind whose gate that happens. Threads: free functions without shared state.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/http.h"
#include "swapmeet/registry.h"
#include "swapmeet/search.h"

namespace swapmeet {

void check_answer(const SearchPage& page, const SearchRequest& request);
void check_answer(const std::vector<std::string>& suggestions, const SuggestRequest& request);
void check_answer(const Page<PeerRecord>& page, const PeerQuery& query);
void check_answer(const PeerRecord& peer);
void check_answer(const Page<Listing>& page, const BrowseQuery& query);
void check_answer(const FolderLevel& level, const BrowseQuery& query);
void check_answer(const ContentRecord& content);
// What the front could not send: a status that is none, a field that is not one or that the front
// writes by itself, a file that is not there.
void check_answer(const http::Response& response);

}  // namespace swapmeet
