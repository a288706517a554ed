// What the host and its users rely on, checked: the auth contract, against the plugin's own file.
#include <swapmeet/digest.h>
#include <swapmeet/testing/auth_contract.h>
#include <swapmeet/testing/catch.h>

using namespace swapmeet;

TEST_CASE("auth.sample keeps the auth contract") {
  testing::auth_contract([] {
    return testing::auth_plugin(
        PLUGIN_FILE,
        {{"user.ann", "salt$" + sha256_hex("saltcorrect horse")}, {"groups", "friends"}},
        {.account = "ann", .password = "correct horse", .groups = {"friends"}});
  });
}
