#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

TEST_CASE("search.fts keeps the search contract") {
  swapmeet::testing::search_contract(
      [] { return swapmeet::testing::search_plugin(PLUGINS "search_fts.so"); });
}
