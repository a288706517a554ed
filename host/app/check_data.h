// `swapmeet check --data`: what the plugins and the host find in their own stores, and whether
// those of one host agree with each other. Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/app/ledger.h"
#include "host/plugins/manager.h"

namespace swapmeet {

struct DataFindings {
  std::vector<std::string> problems;  // a sentence each, with the plugin's id, or "host", in front
  std::vector<std::string> notes;
};

// What the plugins, configured or started, and the host itself keep in a data folder, as its ledger
// names it.
std::vector<NamedFile> all_kept(const std::filesystem::path& folder, Manager& plugins);

// What is damaged in stores that are small enough to be read through at each start, and are not
// made anew anyway. Of plugins that are configured and not started.
std::vector<std::string> damage_at_start(const std::filesystem::path& folder, Manager& plugins);

// Of a data folder that no host runs on, and its plugins, configured and not started.
DataFindings look_through(const std::filesystem::path& folder, Manager& plugins);

}  // namespace swapmeet
