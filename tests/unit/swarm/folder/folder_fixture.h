// A queue that fetches folders of one peer, in a temporary folder and on a clock that the test
// turns.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "transfer/swarm/folder/folder_jobs.h"
#include "unit/swarm/fetch/download_fixture.h"
#include "unit/swarm/folder/shelf.h"

namespace swapmeet::transfer_swarm {

using Answer = fakes::FakePeer::Answer;

struct Fetching : Downloading {
  Fetching() {
    options.registry = &shelf;
    folders = [](const DownloadOptions& given) { return std::make_unique<FolderJobs>(given); };
    watched_peers = {&peer};
  }

  ContentId share(const std::string& path, const std::string& bytes) {
    const auto content = bytes.empty() ? kEmptyContent : peer.add(bytes);
    shelf.shares(path, content, bytes.size());
    return content;
  }
  // `count` different files of so many bytes: "music/album/00001.flac", …
  std::vector<ContentId> share_many(int count, std::size_t size) {
    std::vector<ContentId> contents;
    for (int i = 0; i < count; ++i)
      contents.push_back(share(path_of(i), noise(size, static_cast<std::uint32_t>(i + 1))));
    return contents;
  }
  static std::string path_of(int number) {
    auto digits = std::to_string(number);
    return "music/album/" + std::string(5 - digits.size(), '0') + digits + ".flac";
  }

  std::string fetch(const std::string& path = "music/album", bool overwrite = false) {
    auto started = queue->start_folder({alice(), path, "", overwrite});
    INFO((started ? "" : started.error().message));
    REQUIRE(started.ok());
    return started->id;
  }
  DownloadStatus when_failed(const std::string& id) {
    return when(id, [](const auto& status) { return status.state == DownloadState::failed; });
  }
  std::filesystem::path got(const std::string& path) const { return options.folders.base / path; }
  // Paths of all files below the download folder, hidden ones too.
  std::vector<std::string> all_files() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(options.folders.base, ignored))
      if (entry.is_regular_file())
        names.push_back(std::filesystem::relative(entry.path(), options.folders.base).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  fakes::FakePeer peer;
  Shelf shelf{peer};
};

}  // namespace swapmeet::transfer_swarm
