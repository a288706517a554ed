#include "transfer/swarm/fetch/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace swapmeet::transfer_swarm {
namespace {

Error failed(const std::string& what, const std::filesystem::path& path, int code) {
  if (code == ENOSPC || code == EDQUOT)
    return {ErrorCode::no_space,
            "the disk of " + path.parent_path().string() + " is full: make room",
            {}};
  if (code == EFBIG)
    return {ErrorCode::no_space,
            "files in " + path.parent_path().string() +
                " may not be as large as this one: raise the limit, or choose another folder",
            {}};
  return {ErrorCode::internal,
          path.string() + " " + what + ": " + std::generic_category().message(code),
          {}};
}

// Blocks of the disk for the whole file, so that it cannot get full on the way. Not
// posix_fallocate: where the file system has no such call that one writes the whole file.
int allocate(int descriptor, std::uint64_t size) {
  if (size == 0) return 0;
  int code = EINTR;
  while (code == EINTR)
    code = ::fallocate(descriptor, 0, 0, static_cast<off_t>(size)) == 0 ? 0 : errno;
  return code == EOPNOTSUPP || code == ENOSYS ? 0 : code;
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
  if (const int code = allocate(descriptor, size); code != 0)
    return failed("cannot be made as large as it must be", path, code);
  if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0)
    return failed("cannot be resized", path, errno);
  return {};
}

// The entry of a file in its folder survives power loss only when the folder is synced, too.
void sync_folder(const std::filesystem::path& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

bool PartialFile::is_whole(const std::filesystem::path& path, std::uint64_t size) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         static_cast<std::uint64_t>(status.st_size) == size;
}

Result<PartialFile> PartialFile::open(const std::filesystem::path& path, std::uint64_t size,
                                      std::uint64_t min_free) {
  std::error_code problem;
  std::filesystem::create_directories(path.parent_path(), problem);
  if (problem) return failed("cannot be made", path.parent_path(), problem.value());
  const bool made = !std::filesystem::exists(path, problem);
  const int descriptor =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
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
    const auto written =
        ::pwrite(descriptor_, bytes, std::min(size, kWriteAtOnce), static_cast<off_t>(offset));
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
  if (code == EEXIST && !overwrite)
    return Error{ErrorCode::already_exists, target.string() + " exists already", {}};
  if (code != 0) return failed("cannot be renamed to " + target.string(), path_, code);
  sync_folder(target.parent_path());
  return {};
}

}  // namespace swapmeet::transfer_swarm
