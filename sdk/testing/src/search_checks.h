// What the sections of the search contract share: of the order of hits (search_ranking.cpp), and
// all others (search_contract.cpp). Threads: one.
#pragma once

#include <string>
#include <vector>

#include "samples.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

namespace swapmeet::testing {

inline const Identity kGuest;
inline const Identity kStaff{"ann", {"staff"}, {}};

// The search must answer.
SearchPage ask(Search& search, const std::string& query, const Identity& viewer = kGuest,
               SortOrder sort = SortOrder::relevance, const PageRequest& page = {1000, ""});
std::vector<std::string> names_of(const SearchPage& page);
// Applies the changes as one batch of ten revisions, which must be taken.
void fill(SearchSubject& subject, std::vector<Change> changes, Revision base = 0);

void check_order(SearchSubject& subject);
void check_ranking(SearchSubject& subject);
void check_paging(SearchSubject& subject);

}  // namespace swapmeet::testing
