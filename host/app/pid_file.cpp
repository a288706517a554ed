#include "host/app/pid_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace swapmeet {

Result<void> PidFile::write(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::trunc);
  out << ::getpid() << std::endl;
  if (!out)
    return Error{ErrorCode::unavailable,
                 "--pidfile " + file.string() + ": cannot be written: " + std::strerror(errno),
                 {}};
  file_ = file;
  return {};
}

void PidFile::remove() {
  std::error_code ignored;
  if (!file_.empty()) std::filesystem::remove(std::exchange(file_, {}), ignored);
}

}  // namespace swapmeet
