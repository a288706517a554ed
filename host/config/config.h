// The configuration of a host: [host] and [http] checked against their keys, and which plugins to
// load with which raw settings (each plugin's own keys are checked when it is loaded).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/config/environment.h"
#include "host/config/ini.h"
#include "host/config/plugin_choice.h"
#include "host/config/reload.h"
#include "swapmeet/http.h"
#include "swapmeet/result.h"
#include "swapmeet/settings.h"

namespace swapmeet {

struct Config {
  std::filesystem::path file;
  Settings host;
  Settings http;
  Settings search;  // the host's own keys of [search]
  Settings auth;    // and of [auth]
  Settings limits;
  Settings registry;  // and of [registry]
  // In the order in which they are asked where several of a kind are chosen.
  std::vector<PluginChoice> plugins;
  std::optional<PluginChoice> shadow;  // [search] shadow: a search that is tried beside

  bool owner_access() const { return http.text("access") == "owner"; }
  http::ListenOptions listen_options() const;
};

// The keys of [host], [http] and [limits], for samples and for `swapmeet plugins`.
std::span<const KeySpec> host_keys();
std::span<const KeySpec> http_keys();
std::span<const KeySpec> limit_keys();
// The host's own keys in the section of a kind; the others there are its plugin's.
std::span<const KeySpec> keys_of_kind(Kind kind);

// Reads and checks the file, with the overrides applied in their order. The error has a line for
// each mistake.
Result<Config> read_config(const std::filesystem::path& file, const Overrides& overrides);
// The same for what a file would say.
Result<Config> read_config(Ini ini, const Overrides& overrides);

// What differs in [host] and [http] of the two.
Reload differing(const Config& before, const Config& after);

// Where plugins are looked for: [host] plugins, else beside the program, then where it is
// installed.
std::vector<std::filesystem::path> plugin_folders(const Config* config);

}  // namespace swapmeet
