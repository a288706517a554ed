#include "swapmeet/testing/auth_contract.h"
#include "swapmeet/testing/catch.h"

TEST_CASE("auth.open keeps the auth contract") {
  swapmeet::testing::auth_contract(
      [] { return swapmeet::testing::auth_plugin(PLUGINS "auth_open.so"); });
}
