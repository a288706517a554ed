// What a query that is being typed may become, told from the names of the best that match so far.
// So nothing shows that the viewer may not see, and every suggestion finds something.
// Threads: a free function without shared state; documents and segments must not change meanwhile.
#pragma once

#include <string>
#include <vector>

#include "search/memory/documents.h"
#include "search/memory/segment.h"
#include "swapmeet/search.h"

namespace swapmeet::search_memory {

std::vector<std::string> suggestions(const SuggestRequest& request, const Documents& documents,
                                     const std::vector<const Segment*>& segments);

}  // namespace swapmeet::search_memory
