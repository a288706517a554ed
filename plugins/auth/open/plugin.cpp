// auth.open: an index without accounts. It provides nothing: where nobody can log in, the host lets
// everyone in as a guest, and fetching needs no ticket. For teams and LANs that trust whoever
// reaches the index.
#include "swapmeet/plugin.h"

namespace {

class OpenAuth final : public swapmeet::Plugin {
 public:
  swapmeet::Result<void> configure(swapmeet::Host&) override { return {}; }
  swapmeet::Result<void> start() override { return {}; }
  void stop() override {}
  void* interface(std::string_view) override { return nullptr; }
};

}  // namespace

SWAPMEET_PLUGIN(OpenAuth, {.id = "auth.open",
                           .kind = swapmeet::Kind::auth,
                           .version = "0.2.0",
                           .summary = "everyone is a guest; there are no accounts"});
