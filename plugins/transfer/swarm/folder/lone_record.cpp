#include "transfer/swarm/folder/lone_record.h"

#include <system_error>
#include <utility>

namespace swapmeet::transfer_swarm {

Result<void> LoneRecord::forgive(const std::string& folder_id) {
  const std::lock_guard lock(mutex);
  auto rows = record.children(folder_id);
  if (!rows) return rows.error();
  for (auto& row : *rows) {
    Download download;
    download.kept = std::move(row);
    download.kept.plan.liars.clear();
    if (auto kept = record.keep(download); !kept) return kept;
  }
  return {};
}

Result<void> LoneRecord::remove_all(const std::string& folder_id, GrowingFiles* growing) {
  const std::lock_guard lock(mutex);
  auto rows = record.children(folder_id);
  if (!rows) return rows.error();
  for (auto& row : *rows) {
    Download download;
    download.kept = std::move(row);
    if (growing != nullptr) growing->remove(download.id());
    std::error_code ignored;
    std::filesystem::remove(download.kept.plan.partial(), ignored);
    if (auto removed = record.remove(download); !removed) return removed;
  }
  return {};
}

}  // namespace swapmeet::transfer_swarm
