// An index with what one peer shares, for a test that asks it.
#pragma once

#include <string>
#include <vector>

#include "catch.h"
#include "unit/search_memory/index_fixture.h"

namespace swapmeet::search_memory {

// The files of a peer that is present; in no order yet.
class Library {
 public:
  explicit Library(const std::vector<std::string>& paths) {
    Change change;
    change.kind = ChangeKind::present;
    change.peer = {{1}};
    ChangeBatch batch{"f", 0, 1, {change}};
    change.kind = ChangeKind::put;
    for (const auto& path : paths) {
      change.listing.path = path;
      change.listing.size = 5'000'000;
      ++change.listing.content.bytes[0];
      batch.changes.push_back(change);
    }
    REQUIRE(index.apply(batch).ok());
  }
  SearchPage search(const std::string& query) {
    return index.search({query, {}, SortOrder::relevance, {}}).value();
  }
  IndexFixture fixture;
  Index index{fixture.options()};
};

}  // namespace swapmeet::search_memory
