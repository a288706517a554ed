// The auth contract as a Catch2 suite: who is asking, tickets, and accounts where there are any.
// One line instantiates it for a plugin:
//
//   TEST_CASE("auth.mine keeps the auth contract") {
//     swapmeet::testing::auth_contract(
//         [] { return swapmeet::testing::auth_plugin(PLUGIN_FILE); });
//   }
//
// Threads: the test's own; Catch2 runs the test case once for each section of the suite.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {

// Auth without any account yet.
class AuthSubject {
 public:
  virtual ~AuthSubject() = default;
  virtual Authenticator& authenticator() = 0;
  virtual Accounts* accounts() = 0;  // nullptr: it has none
  virtual void advance(std::chrono::milliseconds time) = 0;
  // Stops it and starts it again over the same data.
  virtual void restart() = 0;
};

using MakeAuth = std::function<std::unique_ptr<AuthSubject>()>;

void auth_contract(const MakeAuth& make);

std::unique_ptr<AuthSubject> auth_plugin(const std::filesystem::path& file,
                                         const RawSettings& settings = {});

}  // namespace swapmeet::testing
