#include "transfer/swarm/scan/folder_walk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>

#include "swapmeet/http.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"
#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK;

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

// Whether an open folder has a folder of that name, as far as one can see who may read it only:
// what is asked for in it is refused then, whether it is there or not.
bool names_folder(int folder, const std::string& name) {
  const std::unique_ptr<DIR, int (*)(DIR*)> names(fdopendir(dup(folder)), closedir);
  if (!names) return false;
  while (const auto* entry = readdir(names.get()))
    if (entry->d_name == name) return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
  return false;
}

struct OpenedBelow {
  int descriptor = -1;
  std::string path;  // of the folder, or of the first on the way that cannot be opened
};

// The folder `below` an open one, without following a symbolic link on the way. Takes the first.
OpenedBelow open_below(int folder, std::string_view below) {
  OpenedBelow opened{folder, ""};
  while (opened.descriptor >= 0 && !below.empty()) {
    const auto slash = below.find('/');
    const std::string part(below.substr(0, slash));
    const int next = openat(opened.descriptor, part.c_str(), kFolder | O_NOFOLLOW);
    int error = errno;
    if (next < 0 && !is_gone(error) && !names_folder(opened.descriptor, part)) error = ENOENT;
    close(opened.descriptor);
    errno = error;
    opened.descriptor = next;
    opened.path += part + '/';
    below.remove_prefix(slash == std::string_view::npos ? below.size() : slash + 1);
  }
  return opened;
}

bool is_plain(std::string_view name) { return is_utf8(name) && !has_unicode_control(name); }

}  // namespace

std::string reason_of(int error) {
  if (error == kTooDeep)
    return "it is in more than " + std::to_string(kMostDepth - 1) +
           " folders, which is the limit; move it up, or share a folder that is deeper";
  if (error == kNameTaken)
    return "its name is no plain UTF-8, and reads like that of another one beside it; rename one";
  return std::strerror(error);
}

FolderWalk::FolderWalk(const std::string& folder, Scope scope,
                       std::shared_ptr<const IgnoreRules> rules, FileId never)
    : rules_(std::move(rules)), scope_(std::move(scope)), never_(never) {
  for (auto slash = scope_.below.find('/'); !scope_.below.empty();
       slash = scope_.below.find('/', slash + 1)) {
    if (rules_->skips(scope_.below.substr(0, slash), true)) return;
    if (++depth_ == kMostDepth) {
      const auto deepest = scope_.below.substr(0, slash);
      const http::OpenFile found(open_below(open(folder.c_str(), kFolder), deepest).descriptor);
      if (found.descriptor() >= 0)
        first_ = WalkedEntry{WalkedEntry::unreadable, deepest + '/', {}, 0, kTooDeep, 0};
      return;
    }
    if (slash == std::string::npos) break;
  }
  const auto opened = open_below(open(folder.c_str(), kFolder), scope_.below);
  first_ = enter(opened.descriptor, opened.path);
}

// Puts the folder on the stack. What is said when it cannot be read; a vanished one is just empty.
std::optional<WalkedEntry> FolderWalk::enter(int descriptor, const std::string& below) {
  WalkedEntry unreadable{WalkedEntry::unreadable, below, {}, 0, errno, 0};
  if (descriptor < 0)
    return is_gone(unreadable.error) ? std::nullopt : std::optional(std::move(unreadable));
  Level level;
  level.folder.reset(fdopendir(descriptor));
  if (!level.folder) {
    unreadable.error = errno;
    close(descriptor);
    return unreadable;
  }
  struct stat info {};
  if (fstat(descriptor, &info) != 0) info = {};
  if (FileId{info.st_dev, info.st_ino} == never_) return std::nullopt;
  level.below = below;
  level.device = info.st_dev;
  level.lasting = !levels_.empty() && levels_.back().device == level.device
                      ? levels_.back().lasting
                      : has_lasting_inodes(descriptor);
  errno = 0;
  read_names(level);
  if (errno != 0) {
    unreadable.error = errno;
    return unreadable;
  }
  levels_.push_back(std::move(level));
  return std::nullopt;
}

// Leaves errno 0 when all could be read.
void FolderWalk::read_names(Level& level) {
  const int descriptor = dirfd(level.folder.get());
  for (;;) {
    errno = 0;
    const auto* entry = readdir(level.folder.get());
    if (entry == nullptr) break;
    Name name{entry->d_name, 0, {}, 0};
    struct statx info {};
    bool is_folder = entry->d_type == DT_DIR;
    if (statx(descriptor, entry->d_name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME,
              &info) == 0)
      is_folder = S_ISDIR(info.stx_mode);
    else
      name.error = errno;
    const bool counts =
        name.error != 0 ? name.error != ENOENT : is_folder || S_ISREG(info.stx_mode);
    if (!counts || rules_->skips(level.below + name.key, is_folder)) continue;
    // What is below something unknown must be kept as well.
    if (name.error != 0 && entry->d_type == DT_UNKNOWN)
      level.names.push_back({name.key + '/', name.error, {}, 0});
    if (is_folder) name.key += '/';
    name.stamp = stamp_of(info);
    if ((info.stx_mask & STATX_BTIME) != 0) name.born_ns = nanoseconds_of(info.stx_btime);
    if (!level.lasting) name.stamp.inode = 0;
    if (!level.lasting) name.stamp.ctime_ns = 0;
    level.names.push_back(std::move(name));
  }
  const int error = errno;
  std::sort(level.names.begin(), level.names.end(),
            [](const Name& a, const Name& b) { return a.key < b.key; });
  find_taken(level);
  errno = error;
}

// Two listings of one name would be one.
void FolderWalk::find_taken(Level& level) {
  auto& names = level.names;
  if (std::all_of(names.begin(), names.end(), [](const Name& one) { return is_plain(one.key); }))
    return;
  std::set<std::string> shown;
  for (const auto& name : names)
    if (is_plain(name.key)) shown.insert(name.key);
  for (auto& name : names)
    if (name.error == 0 && !is_plain(name.key) && !shown.insert(shown_name(name.key)).second)
      name.error = kNameTaken;
}

std::optional<WalkedEntry> FolderWalk::next() {
  if (first_) return std::exchange(first_, std::nullopt);
  while (!levels_.empty()) {
    auto& level = levels_.back();
    if (level.at == level.names.size()) {
      levels_.pop_back();
      continue;
    }
    const auto& name = level.names[level.at++];
    auto path = level.below + name.key;
    if (name.error == kNameTaken)
      return WalkedEntry{WalkedEntry::taken, std::move(path), {}, 0, kNameTaken, 0};
    if (name.error != 0)
      return WalkedEntry{WalkedEntry::unreadable, std::move(path), {}, 0, name.error, 0};
    if (!name.key.ends_with('/'))
      return WalkedEntry{
          WalkedEntry::file, std::move(path), name.stamp, level.lasting ? level.device : 0, 0,
          name.born_ns};
    if (!scope_.deep) return WalkedEntry{WalkedEntry::passed, std::move(path), {}, 0, 0, 0};
    if (depth_ + levels_.size() >= kMostDepth)
      return WalkedEntry{WalkedEntry::unreadable, std::move(path), {}, 0, kTooDeep, 0};
    const auto folder = name.key.substr(0, name.key.size() - 1);
    const int descriptor = openat(dirfd(level.folder.get()), folder.c_str(), kFolder | O_NOFOLLOW);
    if (auto problem = enter(descriptor, path)) return problem;
  }
  return std::nullopt;
}

}  // namespace swapmeet::transfer_swarm
