#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/registry_contract.h"

TEST_CASE("registry.sqlite keeps the registry contract") {
  swapmeet::testing::registry_contract(
      [] { return swapmeet::testing::registry_plugin(PLUGINS "registry_sqlite.so"); });
}
