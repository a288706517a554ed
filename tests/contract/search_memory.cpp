#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

TEST_CASE("search.memory keeps the search contract") {
  swapmeet::testing::search_contract(
      [] { return swapmeet::testing::search_plugin(PLUGINS "search_memory.so"); });
}
