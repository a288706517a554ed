#include "transfer/swarm/folder/listed_files.h"

#include <algorithm>

#include "transfer/swarm/base/safe_name.h"

namespace swapmeet::transfer_swarm {
namespace {

StoredFile file_from(const Listing& listing, std::string_view below) {
  StoredFile file{{safe_path(below)}, listing.content, listing.size};
  if (file.size > kMostSmall) file.state = FileState::alone;
  if (file.content == kEmptyContent) file.size = 0;
  if (file.size <= kMostFileSize) return file;
  file.size = 0;
  file.state = FileState::failed;
  file.why = "it is said to be larger than any file";
  return file;
}

}  // namespace

std::string safe_path(std::string_view path) {
  std::string safe;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    std::string part(path.substr(0, end));
    std::replace(part.begin(), part.end(), '\\', '_');  // else what stands before it is cut off
    if (!safe.empty()) safe += '/';
    safe += safe_name(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return safe;
}

std::vector<StoredFile> listed_files(const std::vector<Listing>& listings,
                                     std::string_view folder) {
  std::vector<StoredFile> files;
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
