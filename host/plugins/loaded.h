// A plugin as its Manager holds it. For the manager's own files.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "host/plugins/held_routes.h"
#include "host/plugins/manager.h"

namespace swapmeet {

struct DestroyPlugin {
  const PluginDescriptor* descriptor = nullptr;
  void operator()(Plugin* plugin) const { descriptor->destroy(plugin); }
};

struct Manager::Loaded {
  Library library;
  PluginChoice choice;
  // Of one that was started beside others; they outlive its host.
  std::shared_ptr<HeldRoutes> held_routes;
  std::shared_ptr<Metrics> own_metrics;  // that nobody is shown
  std::unique_ptr<PluginHost> host;      // outlives the plugin
  std::unique_ptr<Plugin, DestroyPlugin> plugin;
  std::string state = "loaded";
  bool to_stop = false;  // configure or start has been called
  bool hangs = false;
  Settings in_force;  // what it runs with

  PluginInfo info() const { return info_of(*library.descriptor); }
  bool provides(std::string_view id) const {
    return std::any_of(info().provides.begin(), info().provides.end(),
                       [&](const char* provided) { return id == provided; });
  }
};

}  // namespace swapmeet
