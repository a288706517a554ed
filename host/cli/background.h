// A host in the background as its person drives it: started, found, stopped.
// Threads: free functions.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "host/cli/arguments.h"
#include "host/config/config.h"
#include "swapmeet/result.h"

namespace swapmeet::cli {

// What of a configuration is needed to find its host, although the rest of it may be wrong.
struct KnownHost {
  std::filesystem::path file;
  std::filesystem::path data;
  std::filesystem::path log;  // when it runs in the background
};
Result<KnownHost> known_host(const std::filesystem::path& config);
// The one of --config, or those of the usual places: peer.ini and index.ini at home.
Result<std::vector<KnownHost>> hosts_meant(const Arguments& arguments);

// Returns when it is ready; the error is what it said instead.
Result<void> start_in_background(const std::filesystem::path& config);
// Asks the process to stop and waits until it has. `timed_out`: it does not; `not_allowed`: it is
// another user's.
Result<void> stop_process(pid_t process);

}  // namespace swapmeet::cli
