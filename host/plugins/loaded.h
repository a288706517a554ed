// A plugin as its Manager holds it. For the manager's own files.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "host/plugins/guard.h"
#include "host/plugins/held_routes.h"
#include "host/plugins/manager.h"

namespace swapmeet {

struct DestroyPlugin {
  const PluginDescriptor* descriptor = nullptr;
  void operator()(Plugin* plugin) const { descriptor->destroy(plugin); }
};

constexpr std::chrono::seconds kStartPatience{5};  // and then the log says who is waited for

// Runs a step of a plugin's life. Unlike of other calls, what it throws is told to who called: that
// is the operator.
template <class Step>
auto step(Gate& gate, const char* doing, Step step) {
  return gate.call(
      doing, [&] { return guarded(step); }, kStartPatience);
}

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
  Settings in_force;                                     // what it runs with
  std::map<std::string, void*, std::less<>> interfaces;  // from its start on

  Gate& gate() { return host->gate(); }

  PluginInfo info() const { return info_of(*library.descriptor); }
  bool provides(std::string_view id) const {
    return std::any_of(info().provides.begin(), info().provides.end(),
                       [&](const char* provided) { return id == provided; });
  }
};

}  // namespace swapmeet
