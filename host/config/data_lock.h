// Which process runs on a data folder. Its host holds a lock on DATA/lock for as long as it lives,
// and has written there which process it is.
// Threads: free functions without shared state.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace swapmeet {

inline constexpr const char* kDataLock = "lock";

// nullopt: no host runs there. 0: one does, and which cannot be told yet.
std::optional<pid_t> host_on(const std::filesystem::path& data);

}  // namespace swapmeet
