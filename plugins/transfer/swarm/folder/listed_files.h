// What a peer lists of its folder, as files for this machine: where each goes below the folder, and
// how it is to be fetched.
// Threads: free functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/listing.h"
#include "transfer/swarm/folder/folder_store.h"

namespace swapmeet::transfer_swarm {

inline constexpr std::size_t kListedAtOnce = 1000;  // the most that an index gives in one answer

// `folder`: the path by which the folder was asked for. Listings that are not below it are left
// out. What cannot be fetched has failed, with the reason.
std::vector<FolderEntry> listed_files(const std::vector<Listing>& listings,
                                      std::string_view folder);

}  // namespace swapmeet::transfer_swarm
