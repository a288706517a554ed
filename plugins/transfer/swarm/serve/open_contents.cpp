#include "transfer/swarm/serve/open_contents.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMost = 256;
constexpr std::chrono::seconds kIdle{2};

// Whether looking at a name waits for no other machine or process.
bool is_local(int descriptor) {
  constexpr std::array<std::int64_t, 9> kElsewhere = {
      0x6969,      // NFS
      0x65735546,  // FUSE
      0xff534d42,  // CIFS
      0xfe534d42,  // SMB2
      0x517b,      // SMB
      0x01021997,  // 9P
      0x5346414f,  // AFS
      0x00c36400,  // Ceph
      0x0bd00bd0,  // Lustre
  };
  struct statfs info {};
  return ::fstatfs(descriptor, &info) == 0 &&
         std::find(kElsewhere.begin(), kElsewhere.end(), static_cast<std::int64_t>(info.f_type)) ==
             kElsewhere.end();
}

bool same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Whether the name leads to that file, and it is as it was. Whatever is done to a file, renaming
// and removing its name included, changes the time of its inode.
bool is_untouched(const std::string& file, const struct stat& before) {
  struct stat now {};
  return ::lstat(file.c_str(), &now) == 0 && now.st_dev == before.st_dev &&
         now.st_ino == before.st_ino && now.st_size == before.st_size &&
         now.st_mode == before.st_mode && same(now.st_mtim, before.st_mtim) &&
         same(now.st_ctim, before.st_ctim);
}

}  // namespace

std::optional<OpenContents::Kept> OpenContents::look_up(const ContentId& content,
                                                        const Reader& who) {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(content);
  // Who may not have it from here may from another place.
  if (at == kept_.end() || !who.may_have(at->second.found->place.audience)) return std::nullopt;
  at->second.used = clock_.steady();
  order_.splice(order_.begin(), order_, at->second.place);
  return at->second;
}

OpenContents::Found OpenContents::find(const ContentId& content, const Reader& who) {
  const auto kept = look_up(content, who);
  if (!kept) return nullptr;
  if (kept->commits != catalogue_.commits() || !is_untouched(kept->found->place.file, kept->info)) {
    const std::lock_guard lock(mutex_);
    const auto at = kept_.find(content);
    if (at != kept_.end() && at->second.found == kept->found) forget(at);
    return nullptr;
  }
  return kept->found;
}

void OpenContents::keep(const Opened& opened, const struct stat& info, std::uint64_t commits) {
  if (!is_local(opened.file->descriptor())) return;
  auto found = std::make_shared<const Opened>(opened);
  const std::lock_guard lock(mutex_);
  if (const auto before = kept_.find(opened.content); before != kept_.end()) forget(before);
  order_.push_front(opened.content);
  kept_.emplace(opened.content,
                Kept{std::move(found), info, commits, clock_.steady(), order_.begin()});
  if (kept_.size() > kMost) forget(kept_.find(order_.back()));
}

OpenContents::Entries::iterator OpenContents::forget(Entries::iterator at) {
  order_.erase(at->second.place);
  return kept_.erase(at);
}

void OpenContents::close_idle() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  for (auto at = kept_.begin(); at != kept_.end();) {
    auto& kept = at->second;
    if (kept.found->file.use_count() > 1) kept.used = now;  // it is being sent
    const bool idle = now - kept.used > kIdle || kept.commits != catalogue_.commits();
    at = idle ? forget(at) : std::next(at);
  }
}

}  // namespace swapmeet::transfer_swarm
