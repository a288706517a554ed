#include "transfer/swarm/partial.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace swapmeet::swarm {
namespace {

Error failed(const std::string& what, const std::filesystem::path& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT;
  auto message = path.string() + " " + what + ": " + std::generic_category().message(code);
  if (full) message = "the disk of " + path.parent_path().string() + " is full: make room";
  return {full ? ErrorCode::no_space : ErrorCode::internal, std::move(message), {}};
}

Result<void> reserve(int descriptor, const std::filesystem::path& path, std::uint64_t size,
                     std::uint64_t min_free) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return failed("cannot be read", path, errno);
  const auto there = static_cast<std::uint64_t>(status.st_blocks) * 512;
  struct statvfs disk {};
  if (::fstatvfs(descriptor, &disk) == 0 && size > there) {
    const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    if (free < size - there || free - (size - there) < min_free)
      return Error{ErrorCode::no_space,
                   "the disk of " + path.parent_path().string() + " has " + std::to_string(free) +
                       " bytes free, and the file needs " + std::to_string(size - there) +
                       " more (" + std::to_string(min_free) + " stay free): make room",
                   {}};
  }
  const int code = size == 0 ? 0 : ::posix_fallocate(descriptor, 0, static_cast<off_t>(size));
  if (code != 0) return failed("cannot be made as large as it must be", path, code);
  if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0)
    return failed("cannot be resized", path, errno);
  return {};
}

}  // namespace

Result<PartialFile> PartialFile::open(const std::filesystem::path& path, std::uint64_t size,
                                      std::uint64_t min_free) {
  std::error_code problem;
  std::filesystem::create_directories(path.parent_path(), problem);
  if (problem) return failed("cannot be made", path.parent_path(), problem.value());
  const bool made = !std::filesystem::exists(path, problem);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0) return failed("cannot be opened", path, errno);
  PartialFile partial(path, descriptor);
  if (auto reserved = reserve(descriptor, path, size, min_free); !reserved) {
    if (made) ::unlink(path.c_str());
    return reserved.error();
  }
  return partial;
}

PartialFile::~PartialFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> PartialFile::write(std::uint64_t offset, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto written = ::pwrite(descriptor_, bytes, size, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot be written", path_, errno);
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> PartialFile::sync() {
  if (::fdatasync(descriptor_) != 0) return failed("cannot be brought to the disk", path_, errno);
  return {};
}

Result<void> PartialFile::move_to(const std::filesystem::path& target, bool overwrite) {
  if (::fsync(descriptor_) != 0) return failed("cannot be brought to the disk", path_, errno);
  const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
  int code = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), flags) == 0 ? 0 : errno;
  if (code == EINVAL && !overwrite) {  // a file system without RENAME_NOREPLACE
    code = ::link(path_.c_str(), target.c_str()) == 0 ? 0 : errno;
    if (code == 0) ::unlink(path_.c_str());
  }
  if (code == EEXIST)
    return Error{ErrorCode::already_exists, target.string() + " exists already", {}};
  if (code != 0) return failed("cannot be renamed to " + target.string(), path_, code);
  const int folder = ::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

}  // namespace swapmeet::swarm
