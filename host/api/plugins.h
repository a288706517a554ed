// POST /api/v1/plugins/reload: another instance takes a plugin's place while the host runs.
#pragma once

#include <functional>
#include <string>

#include "host/api/api.h"
#include "swapmeet/wire/plugins.h"

namespace swapmeet {

struct PluginActions {
  // Returns when the new ones are in place.
  std::function<Result<wire::PluginsReloaded>(const std::string& kind)> reload;
};

void add_plugins(Api& api, PluginActions calls);

}  // namespace swapmeet
