#include "swapmeet/testing/auth_contract.h"
#include "swapmeet/testing/catch.h"

TEST_CASE("auth.accounts keeps the auth contract") {
  // Passwords are hashed as cheaply as it allows.
  swapmeet::testing::auth_contract([] {
    return swapmeet::testing::auth_plugin(PLUGINS "auth_accounts.so",
                                          {{"password_memory", "8Mi"}, {"password_passes", "1"}});
  });
}
