// The file with this process's id, for whoever wants to signal it; removed at the end. Threads: one
// at a time.
#pragma once

#include <filesystem>

#include "swapmeet/result.h"

namespace swapmeet {

class PidFile {
 public:
  PidFile() = default;
  ~PidFile() { remove(); }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  // `unavailable`: it cannot be written.
  Result<void> write(const std::filesystem::path& file);
  void remove();

 private:
  std::filesystem::path file_;  // empty: none
};

}  // namespace swapmeet
