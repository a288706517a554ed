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

struct CheckOptions {
  RawSettings settings = {};                                      // keys of its section
  std::chrono::milliseconds patience = std::chrono::seconds(30);  // for each check
  std::vector<std::string> only = {};                             // names of checks; empty: all
  unsigned seed = 1;        // of what the plugin is called with
  bool in_process = false;  // no child processes: for a debugger

  // `invalid_argument`: `only` names a check that there is not.
  Result<void> check() const;
};

std::vector<std::string> check_names();
// All of them, in order, but for those of interfaces that it does not provide. Once the plugin does
// not load, or does not start, what needs that is skipped.
std::vector<Checked> check_plugin(const std::filesystem::path& file, const CheckOptions& options,
                                  Clock& clock);

}  // namespace swapmeet::tools
