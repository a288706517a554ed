#include "host/config/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "swapmeet/http.h"

namespace swapmeet {

std::optional<pid_t> host_on(const std::filesystem::path& data) {
  const auto file = data / kDataLock;
  pid_t process = 0;
  std::ifstream(file) >> process;
  // Who starts just now must not find the lock taken by somebody who only looks.
  if (process > 0 && ::kill(process, 0) != 0 && errno == ESRCH) return std::nullopt;
  const http::OpenFile lock(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.descriptor() < 0) {
    // Another user's: whether it is held cannot be seen, but that process is there.
    return errno == EACCES && process > 0 ? std::optional(process) : std::nullopt;
  }
  if (::flock(lock.descriptor(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return process;
}

}  // namespace swapmeet
