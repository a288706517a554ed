#include "transfer/swarm/scan/scan_task.h"

#include <algorithm>
#include <utility>

#include "swapmeet/listing.h"
#include "transfer/swarm/base/shown_name.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostRemembered = 100'000;

}  // namespace

bool is_too_long(const StoredShare& share, const std::string& path) {
  return !check_path(share.spec.name + '/' + shown_name(path)).ok();
}

bool ScanTask::add(StoredFile file) {
  ++files_;
  bytes_ += file.stamp.size;
  if (found_.size() >= kMostRemembered) return false;
  found_.push_back(std::move(file));
  return true;
}

std::optional<StoredFile> ScanTask::next() {
  if (!found_.empty()) {
    auto file = std::move(found_.front());
    found_.pop_front();
    return file;
  }
  while (auto found = diff_ ? diff_->next() : std::nullopt)
    if (found->kind == Difference::changed && !is_too_long(share_, found->file.path))
      return std::move(found->file);
  return std::nullopt;
}

bool ScanTask::handed_out(std::uint64_t size) {
  const bool was_counted = files_ > 0;
  files_ -= was_counted ? 1 : 0;
  bytes_ -= std::min(bytes_, size);
  return was_counted;
}

}  // namespace swapmeet::transfer_swarm
