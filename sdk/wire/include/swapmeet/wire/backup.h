// POST /api/v1/backups, asked and answered.
// Threads: free functions without shared state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/wire/json.h"

namespace swapmeet::wire {

struct Backup {
  std::string folder;                // on the host's machine, its whole path
  std::vector<std::string> plugins;  // whose stores are in it; of an answer only
};

std::string to_json(const Backup& backup);
template <>
Result<Backup> from_json(std::string_view text);

}  // namespace swapmeet::wire
