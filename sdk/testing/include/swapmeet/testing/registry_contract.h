// The registry contract as a Catch2 suite: who is there, who owns what, what is announced, and the
// feed. One line instantiates it for a plugin:
//
//   TEST_CASE("registry.mine keeps the registry contract") {
//     swapmeet::testing::registry_contract(
//         [] { return swapmeet::testing::registry_plugin(PLUGIN_FILE); });
//   }
//
// Threads: the test's own; Catch2 runs the test case once for each section of the suite.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "swapmeet/registry.h"
#include "swapmeet/testing/plugin_under_test.h"

namespace swapmeet::testing {

// A registry with nobody in it.
class RegistrySubject {
 public:
  virtual ~RegistrySubject() = default;
  virtual Registry& registry() = 0;
  // Turns the clock by which leases run out.
  virtual void advance(std::chrono::milliseconds time) = 0;
  // Stops it and starts it again over the same data.
  virtual void restart() = 0;
  // True for one that keeps nothing over a restart: its peers have to register again, and its feed
  // is another one.
  virtual bool forgets() const { return false; }
  // True for one that asks an index as itself: neither who the viewer is nor from which address the
  // caller comes reaches the index, which sees `seen_address()`.
  virtual bool asks_as_guest() const { return false; }
  virtual std::string seen_address(const std::string& caller) const { return caller; }
};

using MakeRegistry = std::function<std::unique_ptr<RegistrySubject>()>;

void registry_contract(const MakeRegistry& make);

enum class Restarts { keep_all, forget_all };  // what one that is restarted knows then
std::unique_ptr<RegistrySubject> registry_plugin(const std::filesystem::path& file,
                                                 const RawSettings& settings = {},
                                                 Restarts restarts = Restarts::keep_all);

}  // namespace swapmeet::testing
