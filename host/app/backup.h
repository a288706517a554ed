// `swapmeet backup`: a copy of a running host's data folder, made while everything goes on. The
// copy is laid out like the data folder, so restoring it is putting it in that one's place.
// Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/app/data_folder.h"
#include "host/plugins/manager.h"
#include "swapmeet/result.h"

namespace swapmeet {

// Makes `target`, an absolute path where nothing is yet (0700), with the host's own keys,
// saved searches and sessions, and what its plugins keep. It appears under its name when it is
// complete; what a failure leaves is removed. Returns the ids of the plugins whose stores are in
// it. `invalid_argument`: not absolute; `conflict`: something is there.
Result<std::vector<std::string>> back_up(const DataFolder& data, Manager& plugins,
                                         const std::filesystem::path& target);

}  // namespace swapmeet
