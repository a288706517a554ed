#include "transfer/swarm/fetch/file_mark.h"

#include <sys/stat.h>

#include <sstream>

namespace swapmeet::transfer_swarm {
namespace {

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<FileMark> FileMark::of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileMark{status.st_ino, static_cast<std::uint64_t>(status.st_size),
                  nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::optional<FileMark> FileMark::parse(const std::string& text) {
  std::istringstream in(text);
  FileMark mark;
  if (!(in >> mark.inode >> mark.size >> mark.written_ns >> mark.changed_ns)) return std::nullopt;
  return mark;
}

std::string FileMark::text() const {
  return std::to_string(inode) + ' ' + std::to_string(size) + ' ' + std::to_string(written_ns) +
         ' ' + std::to_string(changed_ns);
}

}  // namespace swapmeet::transfer_swarm
