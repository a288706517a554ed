#include "transfer/swarm/fetch/download_plan.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/safe_name.h"
#include "transfer/swarm/base/real_folder.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {
Result<TransferPlan> plan_for(const DownloadRequest& request, const DownloadFolders& folders,
                              Registry* registry, const PeerId& self) {
  auto folder = folders.choose(request.folder, request.proof);
  if (!folder) return folder.error();
  TransferPlan plan;
  plan.content = request.content;
  plan.overwrite = request.overwrite;
  plan.given = request.sources;
  plan.folder = std::move(*folder);
  plan.place = RealFolder::of(plan.folder);
  auto name = request.name;
  if (registry != nullptr) {
    auto record = registry->content({request.content, Identity{}});
    if (!record && request.sources.empty()) return record.error();
    if (record) {
      plan.size_known = record->size <= kMostFileSize;
      if (plan.size_known) plan.size = record->size;
      if (name.empty() && !record->names.empty()) name = record->names.front();
      plan.nobody_else = request.sources.empty() &&
                         std::all_of(record->sources.begin(), record->sources.end(),
                                     [&](const Source& source) { return source.peer == self; });
      plan.record = std::move(*record);
    }
  } else if (request.sources.empty()) {
    return Error{ErrorCode::not_found, "nobody has " + request.content.text(), {}};
  } else if (const auto told = request.sources.front().have; 0 < told && told <= kMostFileSize) {
    plan.size_known = true;
    plan.size = told;
  }
  plan.name = safe_name(name.empty() ? request.content.text() : name);
  return plan;
}

Result<FolderPlan> plan_for(const FolderRequest& request, const DownloadFolders& folders) {
  FolderPlan plan{{request.peer, request.path}, {}};
  auto& path = plan.of.path;
  while (path.ends_with('/')) path.pop_back();
  if (auto checked = check_path(path); !checked) return checked.error();
  auto folder = folders.choose(request.folder, request.proof);
  if (!folder) return folder.error();
  plan.plan.folder = std::move(*folder);
  plan.plan.place = RealFolder::of(plan.plan.folder);
  plan.plan.name = safe_name(name_of_path(path));
  plan.plan.overwrite = request.overwrite;
  return plan;
}

}  // namespace swapmeet::transfer_swarm
