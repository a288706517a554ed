// auth.open as the host loads it.
#include "swapmeet/plugin.h"

#include "auth/open/authenticator.h"

namespace {

class OpenAuth final : public swapmeet::Plugin, public swapmeet::auth_open::OpenAuthenticator {
 public:
  swapmeet::Result<void> configure(swapmeet::Host&) override { return {}; }
  swapmeet::Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view id) override {
    return swapmeet::interface_of<swapmeet::Authenticator>(this, id);
  }
};

constexpr const char* kProvides[] = {swapmeet::Authenticator::kInterface};

}  // namespace

SWAPMEET_PLUGIN(OpenAuth, {.id = "auth.open",
                           .kind = swapmeet::Kind::auth,
                           .version = "0.2.0",
                           .summary = "everyone is a guest; there are no accounts",
                           .provides = kProvides});
