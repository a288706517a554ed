// What swapmeet-plugin-check asks of a plugin: named checks, each run in a child process of its
// own, so that a crash is a verdict and the next check begins afresh. Threads: one; see child.h.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "child.h"
#include "swapmeet/settings.h"
#include "swapmeet/time.h"

namespace swapmeet::tools {

struct Checked {
  std::string name;  // "starts"
  Outcome outcome;
};

// All of them, in order. Once the plugin does not load, or does not start, what needs that is
// skipped. `settings` are keys of its section; `patience` is for each check.
std::vector<Checked> check_plugin(const std::filesystem::path& file, const RawSettings& settings,
                                  Clock& clock,
                                  std::chrono::seconds patience = std::chrono::seconds(30));

}  // namespace swapmeet::tools
