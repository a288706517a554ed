// /api/v1/plugins: plugins that take another's place while the host runs.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

struct ReplacedPlugin {
  std::string id;
  std::string version;
  std::string replaced;  // the id of the one before; empty: it is in addition
};

// POST /api/v1/plugins/reload, answered.
struct PluginsReloaded {
  std::string kind;
  std::vector<ReplacedPlugin> plugins;
};

std::string to_json(const PluginsReloaded& reloaded);
template <>
Result<PluginsReloaded> from_json(std::string_view text);

}  // namespace swapmeet::wire
