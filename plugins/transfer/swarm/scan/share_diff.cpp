#include "transfer/swarm/scan/share_diff.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kPage = 1000;

// The first path that is beyond everything below a folder, of which `path` ends in '/'.
std::string beyond(std::string path) {
  path.back() = '/' + 1;
  return path;
}

// As it was when it was read. The walk knows of one that has no inode that it will never have one.
bool is_as_it_was(const StoredFile& known, const FileStamp& now) {
  return known.checked && known.stamp.inode == now.inode && agree(known.stamp, now);
}

}  // namespace

ShareDiff::ShareDiff(Catalogue& catalogue, std::int64_t share, const Scope& scope, FolderWalk walk)
    : catalogue_(catalogue), share_(share), walk_(std::move(walk)) {
  if (scope.below.empty()) return;
  from_ = scope.below + '/';
  upto_ = beyond(from_);
}

std::optional<Difference> ShareDiff::next() {
  for (;;) {
    if (!entry_) entry_ = walk_.next();
    const auto* known = row();
    if (known != nullptr && (!entry_ || known->path < entry_->path)) {
      // What is below a folder sorts after it: it is not this entry's, whatever kind it is.
      ++at_;
      return Difference{Difference::vanished, *known, 0};
    }
    if (!entry_) return std::nullopt;
    const auto entry = *std::exchange(entry_, std::nullopt);
    if (entry.kind == WalkedEntry::taken)  // what is known of it vanishes
      return Difference{Difference::unreadable, {entry.path, {}, 0}, entry.error};
    if (entry.kind != WalkedEntry::file) {
      skip(entry.path);
      if (entry.kind == WalkedEntry::passed)
        return Difference{Difference::passed, {entry.path, {}, 0}, 0};
      return Difference{Difference::unreadable, {entry.path, {}, 0}, entry.error};
    }
    ++walked_;
    const bool same = known != nullptr && known->path == entry.path;
    if (same) ++at_;
    const StoredFile found{entry.path, entry.stamp, entry.device, entry.born_ns};
    if (!same || !is_as_it_was(*known, entry.stamp))
      return Difference{Difference::changed, found, 0};
    if (known->stamp != entry.stamp) return Difference{Difference::restamped, found, 0};
    if (known->device != entry.device) renumbered_.emplace(known->device, entry.device);
  }
}

const StoredFile* ShareDiff::row() {
  if (at_ < page_.size()) return &page_[at_];
  if (at_end_) return nullptr;
  page_ = catalogue_.files(share_, from_, upto_, kPage);
  at_ = 0;
  at_end_ = page_.size() < kPage;
  if (page_.empty()) return nullptr;
  from_ = page_.back().path + '\0';
  return page_.data();
}

// Passes over the catalogue's files that are at this path, or below it when it is a folder.
void ShareDiff::skip(const std::string& path) {
  const bool folder = path.empty() || path.ends_with('/');
  for (; at_ < page_.size(); ++at_)
    if (folder ? !page_[at_].path.starts_with(path) : page_[at_].path != path) return;
  if (!folder) return;
  if (path.empty())
    at_end_ = true;
  else
    from_ = std::max(from_, beyond(path));
}

}  // namespace swapmeet::transfer_swarm
