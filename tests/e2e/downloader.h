// A peer that downloads from sources which the test names, without an index.
#pragma once

#include "catch.h"
#include "fake_source.h"
#include "network.h"
#include "swapmeet/wire/json.h"

namespace e2e {

using fakes::FakeSource;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::wire::from_json;

inline constexpr std::uint64_t kMiB = 1 << 20;

struct Downloader {
  explicit Downloader(const std::string& more = "") {
    fs::create_directories(folder.path() / "shared");
    ini = peer_ini(folder.path(), "dora", "http://" + address, folder.path() / "shared");
    write_file(node.ini(), ini + more);
  }

  std::string start(const FakeSource& content, const std::string& name,
                    const std::vector<swapmeet::Source>& sources) {
    swapmeet::DownloadRequest request;
    request.content = content.content();
    request.name = name;
    request.sources = sources;
    const auto answer = node.call("POST", "/api/v1/downloads", swapmeet::wire::to_json(request));
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer.ok());
    return from_json<DownloadStatus>(*answer)->id;
  }
  DownloadStatus get(const std::string& id) {
    const auto answer = node.get("/api/v1/downloads/" + id);
    return answer ? from_json<DownloadStatus>(*answer).value_or({}) : DownloadStatus{};
  }
  bool reaches(const std::string& id, DownloadState state) {
    return eventually([&] { return get(id).state == state; }, std::chrono::seconds(60));
  }
  fs::path downloads() const { return folder.path() / "downloads/dora"; }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  std::string ini;
  Node node{folder.path(), "dora", ""};
};

}  // namespace e2e
