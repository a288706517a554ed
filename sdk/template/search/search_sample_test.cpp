// What the host and its users rely on, checked: the search contract, against the plugin's own file.
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/search_contract.h>

TEST_CASE("search.sample keeps the search contract") {
  swapmeet::testing::search_contract([] { return swapmeet::testing::search_plugin(PLUGIN_FILE); });
}
