#include "transfer/swarm/folder/folder_jobs.h"

#include <system_error>
#include <utility>

#include "transfer/swarm/folder/folder_job.h"
#include "transfer/swarm/folder/listed_files.h"

namespace swapmeet::transfer_swarm {

FolderJobs::FolderJobs(const DownloadOptions& options)
    : registry_(options.registry),
      self_(options.self),
      own_(options.own),
      growing_(options.growing),
      record_(options.database),
      lone_(options.database) {}

Result<Page<Listing>> FolderJobs::look(const PeerFolder& folder) {
  if (registry_ == nullptr)
    return Error{ErrorCode::unsupported, "there is no registry that knows what peers share", {}};
  if (folder.peer == self_) {
    const auto here = own_.folder ? own_.folder(folder.path) : std::string();
    return already_exists("'" + folder.path + "' is in a share of this host itself" +
                          (here.empty() ? "" : ", as " + here));
  }
  auto page = registry_->browse(folder.peer, {.page = {kListedAtOnce, ""}, .folder = folder.path});
  if (page && page->items.empty())
    return Error{ErrorCode::not_found, "the peer shares no folder '" + folder.path + "'", {}};
  return page;
}

Result<FolderStanding> FolderJobs::begin(const StoredDownload& download,
                                         const Page<Listing>& first) {
  const auto& id = download.plan.id;
  if (auto begun = record_.begin(id); !begun) return begun.error();
  auto added = record_.add(id, listed_files(first.items, download.folder->path),
                           {first.next, first.next.empty()});
  if (!added) return added.error();
  return record_.standing(id);
}

std::shared_ptr<RunningDownload> FolderJobs::job(const StoredDownload& download,
                                                 DownloadOptions options) {
  return std::make_shared<FolderJob>(record_, lone_, download, std::move(options));
}

Result<void> FolderJobs::retry(const std::string& id) {
  if (auto forgiven = lone_.forgive(id); !forgiven) return forgiven;
  return record_.retry(id);
}

Result<void> FolderJobs::remove(const StoredDownload& download) {
  const auto& id = download.plan.id;
  std::error_code ignored;
  std::filesystem::remove_all(download.plan.partial(), ignored);
  if (auto removed = lone_.remove_all(id, growing_); !removed) return removed;
  return record_.remove(id);
}

}  // namespace swapmeet::transfer_swarm
