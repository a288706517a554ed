// What the host and its users rely on, checked: the registry contract, against the plugin's own
// file.
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/registry_contract.h>

using namespace swapmeet::testing;

TEST_CASE("registry.sample keeps the registry contract") {
  registry_contract([] { return registry_plugin(PLUGIN_FILE, {}, Restarts::forget_all); });
}
