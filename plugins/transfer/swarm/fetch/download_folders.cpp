#include "transfer/swarm/fetch/download_folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "swapmeet/downloads.h"
#include "transfer/swarm/base/real_folder.h"

namespace swapmeet::transfer_swarm {
namespace {
namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [end, other] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

fs::path normal(const fs::path& path) {
  auto normal = path.lexically_normal();
  return normal.has_filename() || normal == normal.root_path() ? normal : normal.parent_path();
}

// A file of that name is where whoever asks wants to write, or in the nearest folder above it that
// is there.
bool is_proven(const fs::path& place, const std::string& proof) {
  constexpr std::size_t kDigits = 32;
  if (proof.size() != kFolderProof.size() + kDigits || !proof.starts_with(kFolderProof) ||
      proof.find_first_not_of("0123456789abcdef", kFolderProof.size()) != std::string::npos)
    return false;
  auto there = place;
  std::error_code ignored;
  while (!fs::is_directory(there, ignored) && there.has_relative_path())
    there = there.parent_path();
  struct stat status {};
  return ::lstat((there / proof).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

Result<DownloadFolders> DownloadFolders::of(const Settings& settings) {
  DownloadFolders folders{settings.path("download_folder"), {}};
  for (const auto& other : settings.list("download_folders")) {
    if (!other.starts_with('/'))
      return invalid_argument("[transfer] download_folders: " + other +
                              " is no absolute path; write one that begins with '/'");
    folders.others.push_back(normal(other));
  }
  return folders;
}

Result<fs::path> DownloadFolders::choose(const std::string& folder,
                                         const std::string& proof) const {
  const fs::path wanted(folder);
  if (folder.find('\0') != std::string::npos)
    return invalid_argument("the folder's name has a zero byte in it");
  const auto path = normal(base / wanted);
  if (wanted.is_relative()) {
    if (std::find(wanted.begin(), wanted.end(), "..") != wanted.end())
      return invalid_argument("the folder " + folder +
                              " leads out of the download folder: leave out the '..', or name the "
                              "whole path");
    return path;
  }
  if (is_below(path, normal(base))) return path;
  const auto place = RealFolder::of(path);
  if (is_below(place, RealFolder::of(base))) return path;
  for (const auto& other : others)
    if (is_below(place, RealFolder::of(other))) return path;
  if (is_proven(place, proof)) return path;
  return not_allowed(
      path.string() +
      " is outside of the folders for downloads: have the key download_folders of [transfer] name "
      "it, or one above it, or ask with `swapmeet get` as a user who may write there");
}

}  // namespace swapmeet::transfer_swarm
