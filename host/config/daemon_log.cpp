#include "host/config/daemon_log.h"

#include <unistd.h>

namespace swapmeet {

std::filesystem::path daemon_log(const std::filesystem::path& data) {
  auto beside = data;
  if (!beside.has_filename()) beside = beside.parent_path();
  if (::access(beside.parent_path().c_str(), W_OK) != 0) return data / "swapmeet.log";
  return beside += ".log";
}

}  // namespace swapmeet
