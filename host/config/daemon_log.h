// Where a host in the background logs unless [host] log_file says otherwise: beside its data
// folder, so that a restore, which moves the folder away, leaves the history where it is. Threads:
// a free function.
#pragma once

#include <filesystem>

namespace swapmeet {

// "/home/ann/data/index.log" of "/home/ann/data/index". In the folder, as swapmeet.log, where the
// one above it may not be written.
std::filesystem::path daemon_log(const std::filesystem::path& data);

}  // namespace swapmeet
