#include "transfer/swarm/folder/staging.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "transfer/swarm/fetch/partial_file.h"

namespace swapmeet::transfer_swarm {
namespace {

// Of more files than that all that the file system has to write is written at once: that waits for
// what others write as well, but is one wait.
constexpr std::size_t kSyncedOneByOne = 8;

Error failed(const std::filesystem::path& path, const std::string& what, int code) {
  if (code == ENOSPC || code == EDQUOT)
    return {ErrorCode::no_space,
            "the disk of " + path.parent_path().string() + " is full: make room",
            {}};
  return {ErrorCode::internal,
          path.string() + " " + what + ": " + std::generic_category().message(code),
          {}};
}

std::string name_of_number(unsigned number) { return std::to_string(number); }

int open_folder(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// What is made below this folder shall be put in another part of the disk. Before ext4 takes a new
// inode it looks at all in that part that were freed in the last minutes. Measured for 10,000 files
// where as many had just been deleted: 2 to 6 s of CPU time in a folder like any other, 0.3 s in
// one below a folder that is marked so. Where this cannot be said it does not matter.
void place_apart(const std::filesystem::path& path) {
  const int folder = open_folder(path);
  if (folder < 0) return;
  int flags = 0;
  if (::ioctl(folder, FS_IOC_GETFLAGS, &flags) == 0) {
    flags |= FS_TOPDIR_FL;
    ::ioctl(folder, FS_IOC_SETFLAGS, &flags);
  }
  ::close(folder);
}

bool sync_folder(const std::filesystem::path& path) {
  const int folder = open_folder(path);
  if (folder < 0) return false;
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

}  // namespace

Staging::Staging(std::filesystem::path hidden, RealFolder target, int descriptor)
    : hidden_(std::move(hidden)), target_(std::move(target)), descriptor_(descriptor) {}

Staging::Staging(Staging&& other) noexcept
    : hidden_(std::move(other.hidden_)),
      target_(std::move(other.target_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      folder_(std::move(other.folder_)),
      folder_path_(std::move(other.folder_path_)),
      renamed_in_(std::move(other.renamed_in_)),
      made_folders_(other.made_folders_),
      syncs_(other.syncs_) {}

Staging::~Staging() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Staging> Staging::open(const std::filesystem::path& hidden,
                              const std::filesystem::path& target) {
  std::error_code problem;
  std::filesystem::remove_all(hidden, problem);  // nobody knows any more what these were
  if (!problem) std::filesystem::create_directories(hidden, problem);
  if (!problem) place_apart(hidden);
  const auto inner = hidden / hidden.filename();  // by its name ext4 chooses where
  if (!problem) std::filesystem::create_directory(inner, problem);
  if (problem) return failed(hidden, "cannot be made", problem.value());
  auto there = RealFolder::open(target);
  if (!there) return there.error();
  const int descriptor = open_folder(inner);
  if (descriptor < 0) return failed(hidden, "cannot be opened", errno);
  Staging staging(hidden, std::move(*there), descriptor);
  staging.made_folders_ = true;
  return staging;
}

Result<void> Staging::write(unsigned number, const char* bytes, std::size_t size) {
  const auto name = name_of_number(number);
  const int file = ::openat(descriptor_, name.c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return failed(hidden_ / name, "cannot be made", errno);
  int code = 0;
  while (size > 0 && code == 0) {
    const auto written = ::write(file, bytes, std::min(size, PartialFile::kWriteAtOnce));
    if (written < 0 && errno != EINTR) code = errno;
    if (written < 0) continue;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  if (::close(file) != 0 && code == 0) code = errno;
  if (code == 0) return {};
  discard(number);
  return failed(hidden_ / name, "cannot be written", code);
}

void Staging::discard(unsigned number) {
  ::unlinkat(descriptor_, name_of_number(number).c_str(), 0);
}

Result<void> Staging::sync(std::span<const unsigned> numbers) {
  if (!made_folders_ && numbers.size() + renamed_in_.size() <= kSyncedOneByOne)
    return sync_each(numbers);
  ++syncs_;
  if (::syncfs(descriptor_) != 0) return failed(hidden_, "cannot be brought to the disk", errno);
  renamed_in_.clear();
  made_folders_ = false;
  return {};
}

Result<void> Staging::sync_each(std::span<const unsigned> numbers) {
  for (const auto number : numbers) {
    const auto name = name_of_number(number);
    const int file = ::openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    ++syncs_;
    const int code = file < 0 || ::fdatasync(file) != 0 ? errno : 0;
    if (file >= 0) ::close(file);
    if (code != 0) return failed(hidden_ / name, "cannot be brought to the disk", code);
  }
  for (const auto& folder : renamed_in_) {
    ++syncs_;
    if (!sync_folder(target(folder)))
      return failed(target(folder), "cannot be brought to the disk", errno);
  }
  renamed_in_.clear();
  return {};
}

Result<int> Staging::folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  auto folder = slash == std::string::npos ? std::string() : path.substr(0, slash);
  if (folder_ && folder == folder_path_) return folder_->descriptor();
  folder_.reset();
  auto opened = target_.below(folder);
  if (!opened) return opened.error();
  made_folders_ = made_folders_ || opened->was_made();
  folder_.emplace(std::move(*opened));
  folder_path_ = std::move(folder);
  return folder_->descriptor();
}

Result<void> Staging::move(unsigned number, const std::string& path, bool overwrite) {
  const auto folder = folder_of(path);
  if (!folder) return folder.error();
  if (renamed_in_.empty() || renamed_in_.back() != folder_path_)
    renamed_in_.push_back(folder_path_);
  const auto from = name_of_number(number);
  const auto name = path.substr(path.rfind('/') + 1);
  const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
  const auto error_of = [](int result) { return result == 0 ? 0 : errno; };
  int code = error_of(::renameat2(descriptor_, from.c_str(), *folder, name.c_str(), flags));
  if (code == EINVAL && !overwrite) {  // a file system without RENAME_NOREPLACE
    code = error_of(::linkat(descriptor_, from.c_str(), *folder, name.c_str(), 0));
    if (code == 0) discard(number);
  }
  if (code == EEXIST && !overwrite)
    return Error{ErrorCode::already_exists, "its name is taken by another file", {}};
  if (code == EXDEV)
    return Error{ErrorCode::unsupported, "its folder is on another file system", {}};
  if (code == EISDIR) return Error{ErrorCode::conflict, "a folder stands where it should be", {}};
  if (code != 0) return failed(target(path), "cannot get its name", code);
  return {};
}

Result<void> Staging::check_free(std::uint64_t bytes) const {
  struct statvfs disk {};
  if (bytes == 0 || ::fstatvfs(descriptor_, &disk) != 0) return {};
  const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= bytes) return {};
  return Error{ErrorCode::no_space,
               "the disk of " + target_.path().string() + " has " + std::to_string(free) +
                   " bytes free, and " + std::to_string(bytes) + " stay free: make room",
               {}};
}

void Staging::remove() {
  std::error_code ignored;
  std::filesystem::remove_all(hidden_, ignored);
}

}  // namespace swapmeet::transfer_swarm
