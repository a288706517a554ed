// The auth contract as a Catch2 suite: who is let in, who is not, and what is said of changes. One
// line instantiates it for a plugin that knows somebody, with what a log-in must come to:
//
//   TEST_CASE("auth.mine keeps the auth contract") {
//     swapmeet::testing::auth_contract([] {
//       return swapmeet::testing::auth_plugin(
//           PLUGIN_FILE, {{"file", FOLDER "/users"}},
//           {.account = "ann", .password = "correct horse", .groups = {"friends"}});
//     });
//   }
//
// For a plugin with Accounts the suite makes them itself. What fails says which rule was broken,
// and what the plugin answered. Threads: the test's own, and those that the suite begins and ends;
// Catch2 runs the test case once for each section of the suite.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/testing/fake_sessions.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {

// Somebody whom the plugin lets in.
struct KnownAccount {
  std::string account;  // empty: nobody; then the plugin must have Accounts
  std::string password;
  std::vector<std::string> groups = {};
  std::vector<std::string> roles = {};
  // Takes the account away where the plugin knows it from, as `htpasswd -D` does; nullptr: the
  // suite does not try that.
  std::function<void()> remove = nullptr;
};

// Auth without any account yet but the known one.
class AuthSubject {
 public:
  virtual ~AuthSubject() = default;
  virtual Authenticator& authenticator() = 0;
  virtual Accounts* accounts() = 0;  // nullptr: it has none
  virtual KnownAccount known() { return {}; }
  virtual FakeSessions& sessions() = 0;  // those that its host provides
  virtual void advance(std::chrono::milliseconds time) = 0;
  // Stops it and starts it again over the same data.
  virtual void restart() = 0;
};

using MakeAuth = std::function<std::unique_ptr<AuthSubject>()>;

void auth_contract(const MakeAuth& make);

std::unique_ptr<AuthSubject> auth_plugin(const std::filesystem::path& file,
                                         const RawSettings& settings = {},
                                         const KnownAccount& known = {});

}  // namespace swapmeet::testing
