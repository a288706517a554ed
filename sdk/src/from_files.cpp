#include "swapmeet/from_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace swapmeet {

Result<std::string> state_of(const std::vector<std::filesystem::path>& files) {
  std::string state;
  for (const auto& file : files) {
    if (file.empty()) continue;
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0 || ::access(file.c_str(), R_OK) != 0)
      return unavailable(file.string() + " cannot be read: " + std::strerror(errno));
    for (const auto number :
         {static_cast<std::int64_t>(found.st_ino), static_cast<std::int64_t>(found.st_size),
          static_cast<std::int64_t>(found.st_mtim.tv_sec),
          static_cast<std::int64_t>(found.st_mtim.tv_nsec)})
      (state += std::to_string(number)) += ' ';
  }
  return state;
}

}  // namespace swapmeet
