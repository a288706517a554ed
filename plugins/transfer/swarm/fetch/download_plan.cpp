#include "transfer/swarm/fetch/download_plan.h"

#include <algorithm>

#include "swapmeet/listing.h"
#include "swapmeet/safe_name.h"
#include "transfer/swarm/base/real_folder.h"
#include "transfer/swarm/pieces/piece_map.h"

namespace swapmeet::transfer_swarm {
namespace {

// Where a download goes: the owner may name any folder by its absolute path; a relative one stays
// below the download folder.
Result<std::filesystem::path> folder_for(const std::filesystem::path& base,
                                         const std::string& folder) {
  const std::filesystem::path wanted(folder);
  if (folder.find('\0') != std::string::npos)
    return Error{ErrorCode::invalid_argument, "the folder's name has a zero byte in it", {}};
  if (wanted.is_relative())
    for (const auto& part : wanted)
      if (part == "..")
        return Error{ErrorCode::invalid_argument,
                     "the folder " + folder +
                         " leads out of the download folder: leave out the '..', or name the whole "
                         "path",
                     {}};
  auto path = (base / wanted).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

Result<TransferPlan> plan_for(const DownloadRequest& request,
                              const std::filesystem::path& download_folder, Registry* registry,
                              const PeerId& self) {
  auto folder = folder_for(download_folder, request.folder);
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

Result<FolderPlan> plan_for(const FolderRequest& request,
                            const std::filesystem::path& download_folder) {
  FolderPlan plan{{request.peer, request.path}, {}};
  auto& path = plan.of.path;
  while (path.ends_with('/')) path.pop_back();
  if (auto checked = check_path(path); !checked) return checked.error();
  auto folder = folder_for(download_folder, request.folder);
  if (!folder) return folder.error();
  plan.plan.folder = std::move(*folder);
  plan.plan.place = RealFolder::of(plan.plan.folder);
  plan.plan.name = safe_name(name_of_path(path));
  plan.plan.overwrite = request.overwrite;
  return plan;
}

}  // namespace swapmeet::transfer_swarm
