// /api/v1/plugins: another instance takes a plugin's place while the host runs, and how a search
// that is tried compares.
#pragma once

#include <functional>
#include <string>

#include "host/api/api.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet {

struct PluginActions {
  // Returns when the new ones are in place.
  std::function<Result<wire::PluginsReloaded>(const std::string& kind)> reload;
  std::function<Result<wire::ShadowReport>()> shadow;
};

void add_plugins(Api& api, PluginActions calls);

}  // namespace swapmeet
