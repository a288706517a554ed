#include "transfer/swarm/folder/listed_files.h"

#include "swapmeet/safe_name.h"

namespace swapmeet::transfer_swarm {
namespace {

FolderEntry file_from(const Listing& listing, std::string_view below) {
  FolderEntry file{{safe_path(below)}, listing.content, listing.size};
  if (file.size > kMostSmall) file.state = FileState::alone;
  if (file.content == kEmptyContent) file.size = 0;
  if (file.size <= kMostFileSize) return file;
  file.size = 0;
  file.state = FileState::failed;
  file.why = "it is said to be larger than any file";
  return file;
}

}  // namespace

std::vector<FolderEntry> listed_files(const std::vector<Listing>& listings,
                                      std::string_view folder) {
  std::vector<FolderEntry> files;
  files.reserve(listings.size());
  for (const auto& listing : listings) {
    std::string_view path = listing.path;
    if (path.size() <= folder.size() + 1 || !path.starts_with(folder) || path[folder.size()] != '/')
      continue;
    path.remove_prefix(folder.size() + 1);
    files.push_back(file_from(listing, path));
  }
  return files;
}

}  // namespace swapmeet::transfer_swarm
