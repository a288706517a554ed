// set, unset and reload: the configuration of a host, changed by command. On this machine the file
// is changed by whoever types, with the rights that they have; the host is then told to read it.
// Elsewhere the host changes it itself.
// Threads: one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "host/cli/arguments.h"
#include "swapmeet/time.h"
#include "swapmeet/wire/settings.h"

namespace swapmeet::cli {

// A configuration file of this machine.
struct LocalSettings {
  std::filesystem::path file;
  std::filesystem::path data;
  std::function<Result<wire::SettingsReport>()> list;
  std::function<Result<std::string>(const std::string& key)> full_name;
  // What the file held before.
  std::function<Result<std::string>(const std::vector<wire::SettingChange>&)> change;
  std::function<Result<void>(const std::string& before)> restore;
};

// `command`: "set" or "unset". `local`: nullptr when the host is elsewhere.
int change_settings(const std::string& command, const Arguments& arguments,
                    const LocalSettings* local, Clock& clock);

}  // namespace swapmeet::cli
