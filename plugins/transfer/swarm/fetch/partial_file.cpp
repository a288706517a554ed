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

}  // namespace

bool PartialFile::is_whole(const std::filesystem::path& path, std::uint64_t size) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         static_cast<std::uint64_t>(status.st_size) == size;
}

Result<PartialFile> PartialFile::open(const std::filesystem::path& path,
                                      const std::filesystem::path& place, std::uint64_t size,
                                      std::uint64_t min_free, bool resumed) {
  if (auto same = RealFolder::check(path.parent_path(), place); !same) return same.error();
  auto folder = RealFolder::open(place);
  if (!folder) return folder.error();
  PartialFile partial(path, std::move(*folder));
  if (auto opened = partial.open_descriptor(resumed); !opened) return opened.error();
  if (auto reserved = reserve(partial.descriptor_, path, size, min_free); !reserved) {
    if (!resumed) ::unlinkat(partial.folder_.descriptor(), partial.name().c_str(), 0);
    return reserved.error();
  }
  return partial;
}

Result<void> PartialFile::open_descriptor(bool resumed) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const auto name = this->name();
  if (!resumed) ::unlinkat(folder_.descriptor(), name.c_str(), 0);
  descriptor_ = ::openat(folder_.descriptor(), name.c_str(),
                         resumed ? kFlags : kFlags | O_CREAT | O_EXCL, 0644);
  if (descriptor_ < 0) return failed("cannot be opened", path_, errno);
  return check_own();
}

// What is written here must not land in somebody else's file.
Result<void> PartialFile::check_own() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("cannot be read", path_, errno);
  const char* what = !S_ISREG(status.st_mode)       ? "is no file"
                     : status.st_nlink > 1          ? "has another name, too (a hard link)"
                     : status.st_uid != ::geteuid() ? "belongs to another user"
                                                    : nullptr;
  if (what == nullptr) return {};
  return conflict(path_.string() + " " + what +
                  ", so nothing is written to it: remove it, or cancel this and begin it again");
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

Result<void> PartialFile::rename_to(const std::string& target, bool overwrite) {
  if (::fsync(descriptor_) != 0) return failed("cannot be brought to the disk", path_, errno);
  const auto from = name();
  const int at = folder_.descriptor();
  struct stat ours {};
  struct stat named {};
  if (::fstat(descriptor_, &ours) != 0 ||
      ::fstatat(at, from.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("cannot be found any more", path_, errno);
  if (ours.st_ino != named.st_ino || ours.st_dev != named.st_dev)
    return conflict(path_.string() + " was replaced by another file: remove that, and resume this");
  const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
  int code = ::renameat2(at, from.c_str(), at, target.c_str(), flags) == 0 ? 0 : errno;
  if (code == EINVAL && !overwrite) {  // a file system without RENAME_NOREPLACE
    code = ::linkat(at, from.c_str(), at, target.c_str(), 0) == 0 ? 0 : errno;
    if (code == 0) ::unlinkat(at, from.c_str(), 0);
  }
  const auto path = path_.parent_path() / target;
  if (code == EEXIST && !overwrite) return already_exists(path.string() + " exists already");
  if (code != 0) return failed("cannot be renamed to " + path.string(), path_, code);
  folder_.sync();
  return {};
}

}  // namespace swapmeet::transfer_swarm
