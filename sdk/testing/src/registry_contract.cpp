#include "swapmeet/testing/registry_contract.h"

#include "registry_checks.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {
namespace {

class RegistryPlugin final : public RegistrySubject {
 public:
  RegistryPlugin(const std::filesystem::path& file, const RawSettings& settings, Restarts restarts)
      : restarts_(restarts), plugin_(file, settings) {
    plugin_.start();
  }
  Registry& registry() override { return plugin_.get<Registry>(); }
  void advance(std::chrono::milliseconds time) override { plugin_.host().advance(time); }
  void restart() override { plugin_.restart(); }
  bool forgets() const override { return restarts_ == Restarts::forget_all; }

 private:
  const Restarts restarts_;
  PluginUnderTest plugin_;
};

}  // namespace

std::unique_ptr<RegistrySubject> registry_plugin(const std::filesystem::path& file,
                                                 const RawSettings& settings, Restarts restarts) {
  return std::make_unique<RegistryPlugin>(file, settings, restarts);
}

void registry_contract(const MakeRegistry& make) {
  const auto subject = make();
  SECTION("registering") { check_enrolling(*subject); }
  SECTION("who owns a peer id") { check_ownership(*subject); }
  SECTION("registrations that are wrong") { check_validation(*subject); }
  SECTION("presence and leases") { check_presence(*subject); }
  SECTION("proofs of addresses") { check_reach(*subject); }
  SECTION("the list of peers") { check_peers(*subject); }
  SECTION("announcing") { check_announcing(*subject); }
  SECTION("announcements that are wrong") { check_refusals(*subject); }
  SECTION("browsing") { check_browsing(*subject); }
  SECTION("levels") { check_levels(*subject); }
  SECTION("contents and their sources") { check_contents(*subject); }
  SECTION("audience") { check_audience(*subject); }
  SECTION("a restart") { check_restart(*subject); }
  SECTION("the feed") { check_feed(*subject); }
  SECTION("waking who follows the feed") { check_wake_up(*subject); }
  SECTION("random announcements, against a mirror that follows the feed") {
    check_random(*subject);
  }
}

}  // namespace swapmeet::testing
