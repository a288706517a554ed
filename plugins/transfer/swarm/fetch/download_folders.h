// Where downloads may go. A request may name any folder below the download folder, and below those
// that the configuration lists beside it. For another one it must show that whoever asks could
// write there without this host: by a file that was put there for that. So nobody who only has the
// API's token talks the host into writing to /etc.
// Threads: a value.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/result.h"
#include "swapmeet/settings.h"

namespace swapmeet::transfer_swarm {

struct DownloadFolders {
  // [transfer] download_folder and download_folders. `invalid_argument`: names what is wrong.
  static Result<DownloadFolders> of(const Settings& settings);

  std::filesystem::path base;  // absolute; what requests are relative to
  std::vector<std::filesystem::path> others;

  // Where `folder` of a request is, absolute. `proof`: DownloadRequest::proof. `invalid_argument`:
  // it is relative and leads out of the download folder. `not_allowed`: it is in none of the
  // folders, and nothing shows that whoever asks may write there.
  Result<std::filesystem::path> choose(const std::string& folder, const std::string& proof) const;
};

}  // namespace swapmeet::transfer_swarm
