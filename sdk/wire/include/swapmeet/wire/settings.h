// /api/v1/settings: all keys of a host and its plugins with their values, and what came of changing
// some.
// Threads: free functions without shared state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

// A key, and what it is set to.
struct Setting {
  KeyListing key;      // the name without its section
  std::string value;   // in the form that the file has; of a secret: empty
  std::string source;  // "default", "file", or what goes before it: "--set", a variable's name
  bool secret = false;
  // Whether the API may change it. What names programs and places of this machine is changed on
  // this machine.
  bool by_api = true;
};
struct SettingsSection {
  std::string name;    // "transfer", "search.mine"
  std::string plugin;  // "transfer.swarm"; empty: the host's own
  std::vector<Setting> settings;
};
// GET /api/v1/settings
struct SettingsReport {
  std::string file;
  std::vector<SettingsSection> sections;
};

// PATCH /api/v1/settings: {"transfer.upload_limit":"1M","host.log_level":null}
struct SettingChange {
  std::string key;                   // "section.key"
  std::optional<std::string> value;  // nullopt: as if it had never been set
};

std::string to_json(const SettingsReport& report);
template <>
Result<SettingsReport> from_json(std::string_view text);
std::string to_json(const std::vector<SettingChange>& changes);
template <>
Result<std::vector<SettingChange>> from_json(std::string_view text);
// What a reload came to: the answer of PATCH, and of POST /api/v1/settings/reload.
std::string to_json(const ReloadReport& report);
template <>
Result<ReloadReport> from_json(std::string_view text);

}  // namespace swapmeet::wire
