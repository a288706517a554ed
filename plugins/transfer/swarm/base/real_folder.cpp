#include "transfer/swarm/base/real_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace swapmeet::transfer_swarm {
namespace {

constexpr int kAsFolder = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// One that may only be passed through, not read, is enough for what is done with it.
int open_at(int folder, const char* name) {
  const int opened = ::openat(folder, name, O_RDONLY | kAsFolder);
  return opened < 0 && errno == EACCES ? ::openat(folder, name, O_PATH | kAsFolder) : opened;
}

Error failed(const std::filesystem::path& path, int folder, const std::string& name) {
  const int code = errno;
  struct stat status {};
  if ((code == ENOTDIR || code == ELOOP) &&
      ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    return {ErrorCode::conflict,
            S_ISLNK(status.st_mode)
                ? path.string() +
                      " has become a link to another place, which is not followed: "
                      "put the folder back, or cancel this and begin it again"
                : path.string() + ": a file stands where its folder should be",
            {}};
  if (code == ENOSPC || code == EDQUOT)
    return {ErrorCode::no_space,
            "the disk of " + path.parent_path().string() + " is full: make room",
            {}};
  return {ErrorCode::internal,
          path.string() + " cannot be opened: " + std::generic_category().message(code),
          {}};
}

}  // namespace

std::filesystem::path RealFolder::of(const std::filesystem::path& folder) {
  std::error_code problem;
  auto real = std::filesystem::weakly_canonical(folder, problem);
  if (problem || real.empty()) real = folder.lexically_normal();
  return real.has_filename() ? real : real.parent_path();
}

Result<void> RealFolder::check(const std::filesystem::path& folder,
                               const std::filesystem::path& place) {
  const auto now = of(folder);
  if (now == place) return {};
  return conflict(folder.string() + " leads to " + now.string() +
                  " now, and to another place when this began (" + place.string() +
                  "): put it back, or cancel this and begin it again");
}

Result<RealFolder> RealFolder::open(const std::filesystem::path& place) {
  const int root = open_at(AT_FDCWD, "/");
  if (root < 0) return failed("/", AT_FDCWD, "/");
  return RealFolder("/", root).below(place.relative_path());
}

Result<RealFolder> RealFolder::below(const std::filesystem::path& path) const {
  const int again = open_at(descriptor_, ".");
  if (again < 0) return failed(path_, descriptor_, ".");
  RealFolder folder(path_, again);
  for (const auto& name : path) {
    if (name.empty() || name == ".") continue;
    if (auto entered = folder.enter(name); !entered) return entered.error();
  }
  return folder;
}

Result<void> RealFolder::enter(const std::string& name) {
  int next = open_at(descriptor_, name.c_str());
  if (next < 0 && errno == ENOENT) {
    if (::mkdirat(descriptor_, name.c_str(), 0777) == 0)
      made_ = true;
    else if (errno != EEXIST)
      return failed(path_ / name, descriptor_, name);
    next = open_at(descriptor_, name.c_str());
  }
  if (next < 0) return failed(path_ / name, descriptor_, name);
  ::close(std::exchange(descriptor_, next));
  path_ /= name;
  return {};
}

RealFolder& RealFolder::operator=(RealFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(made_, other.made_);
  return *this;
}

RealFolder::~RealFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RealFolder::sync() const { ::fsync(descriptor_); }

}  // namespace swapmeet::transfer_swarm
