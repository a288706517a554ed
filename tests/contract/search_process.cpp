#include <filesystem>

#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/search_contract.h"

TEST_CASE("search.process keeps the search contract with a program in Python") {
  swapmeet::testing::search_contract([] {
    return swapmeet::testing::search_plugin(PLUGINS "search_process.so",
                                            {{"program", EXAMPLES "search_process/search.py"}});
  });
}
