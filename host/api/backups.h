// POST /api/v1/backups: a copy of this host's data folder, made while it runs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "host/api/api.h"

namespace swapmeet {

// Makes the folder and returns whose stores are in it.
using BackUp = std::function<Result<std::vector<std::string>>(const std::filesystem::path&)>;

void add_backups(Api& api, BackUp back_up);

}  // namespace swapmeet
