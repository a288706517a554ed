// What a request for a download asks for, made safe: where the file goes and what it is called.
// Threads: free functions; they may wait for the registry.
#pragma once

#include "swapmeet/downloads.h"
#include "swapmeet/registry.h"
#include "swapmeet/result.h"
#include "transfer/swarm/fetch/download_folders.h"
#include "transfer/swarm/fetch/download_store.h"

namespace swapmeet::transfer_swarm {

// A plan without an id. `registry` may be null: then only the request's sources count.
// `invalid_argument`, `not_allowed`: the folder; `not_found`: nobody has it and the request names
// no source.
Result<TransferPlan> plan_for(const DownloadRequest& request, const DownloadFolders& folders,
                              Registry* registry, const PeerId& self = {});

// The same for a folder of a peer: how that is asked for, and a plan without an id and content.
// `invalid_argument`: the path or the folder; `not_allowed`: the folder.
struct FolderPlan {
  PeerFolder of;
  TransferPlan plan;
};
Result<FolderPlan> plan_for(const FolderRequest& request, const DownloadFolders& folders);

}  // namespace swapmeet::transfer_swarm
