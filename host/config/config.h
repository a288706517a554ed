// The configuration of a host: [host] and [http] checked against their keys, and which plugins to
// load with which raw settings (each plugin's own keys are checked when it is loaded).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

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
  std::vector<PluginChoice> plugins;

  bool owner_access() const { return http.text("access") == "owner"; }
  http::ListenOptions listen_options() const;
};

// The keys of [host] and [http], for samples and for `swapmeet plugins`.
std::span<const KeySpec> host_keys();
std::span<const KeySpec> http_keys();

// Reads and checks the file, with "section.key=value" overrides applied. The error has a line for
// each mistake.
Result<Config> read_config(const std::filesystem::path& file,
                           const std::vector<std::string>& overrides);

// What differs in [host] and [http] of the two.
Reload differing(const Config& before, const Config& after);

// Where plugins are looked for: [host] plugins, else beside the program, then where it is
// installed.
std::vector<std::filesystem::path> plugin_folders(const Config* config);

}  // namespace swapmeet
