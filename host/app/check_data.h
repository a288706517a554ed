// `swapmeet check --data`: what the plugins find in their own stores, and whether those of one host
// agree with each other.
// Threads: one.
#pragma once

#include <string>
#include <vector>

#include "host/plugins/manager.h"

namespace swapmeet {

struct DataFindings {
  std::vector<std::string> problems;  // a sentence each, with the plugin's id in front
  std::vector<std::string> notes;
};

// Of plugins that are configured and not started.
DataFindings look_through(Manager& plugins);

}  // namespace swapmeet
