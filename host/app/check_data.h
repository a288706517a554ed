// `swapmeet check --data`: what the plugins and the host find in their own stores, and whether
// those of one host agree with each other. Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/plugins/manager.h"

namespace swapmeet {

struct DataFindings {
  std::vector<std::string> problems;  // a sentence each, with the plugin's id, or "host", in front
  std::vector<std::string> notes;
};

// Of a data folder that no host runs on, and its plugins, configured and not started.
DataFindings look_through(const std::filesystem::path& folder, Manager& plugins);

}  // namespace swapmeet
