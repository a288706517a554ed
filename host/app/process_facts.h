// What the system knows of this process and of the disk under a folder. Zero, or nothing: it does
// not say.
// Threads: any.
#pragma once

#include <filesystem>

namespace swapmeet {

struct ProcessFacts {
  double cpu_seconds = 0;  // of user and system
  double started = 0;      // seconds since 1970
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_files = 0;
  double most_files = 0;
  double threads = 0;
};
ProcessFacts process_facts();

struct DiskFacts {
  double size = 0;  // bytes
  double free = 0;  // for this user
};
DiskFacts disk_facts(const std::filesystem::path& folder);

}  // namespace swapmeet
