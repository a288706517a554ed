// Three real peers that share one file, for programs that fetch it from all of them at once.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

namespace e2e {

// Flips a bit of every 100,000th byte behind the back of everybody: the file looks the same.
inline void rot(const fs::path& file) {
  struct stat before {};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  for (off_t at = 0; at < before.st_size; at += 100'000) {
    char byte = 0;
    REQUIRE(::pread(fd, &byte, 1, at) == 1);
    byte = static_cast<char>(byte ^ 1);
    REQUIRE(::pwrite(fd, &byte, 1, at) == 1);
  }
  const timespec times[] = {before.st_atim, before.st_mtim};
  REQUIRE(::futimens(fd, times) == 0);
  ::close(fd);
}

// What the node answers once it has made the hashes that it takes.
inline std::string told(Node& node, const std::string& target) {
  auto answer = node.get(target);
  REQUIRE(eventually([&] { return answer.ok() || (answer = node.get(target)).ok(); }));
  return answer.value();
}

struct Sharers {
  Sharers() {
    index.start();
    for (auto* node : {&ann, &bob, &eve}) {
      write_file(folder.path() / node->name() / "large.bin", bytes);
      node->start();
    }
    REQUIRE(eventually([&] { return sources().size() == 3; }));
  }
  std::vector<swapmeet::Source> sources() {
    const auto hits = index.get("/api/v1/search?q=large");
    const auto page = hits ? swapmeet::wire::from_json<swapmeet::SearchPage>(*hits) : hits.error();
    if (!page || page->hits.size() != 1) return {};
    content = page->hits[0].content.text();
    const auto body = index.get("/api/v1/contents/" + content);
    const auto record =
        body ? swapmeet::wire::from_json<swapmeet::ContentRecord>(*body) : body.error();
    return record ? record->sources : std::vector<swapmeet::Source>{};
  }
  Node peer(const std::string& name, const std::string& host = "127.0.0.1") {
    auto ini = peer_ini(folder.path(), name, "http://" + address, folder.path() / name);
    const std::string usual = "swarm\nlisten = 127.0.0.1:0";
    ini.replace(ini.find(usual), usual.size(), "swarm\nlisten = " + host + ":0");
    return {folder.path(), name, ini + "announce_address = " + host + "\n"};
  }
  Folder folder;
  const std::string bytes = random_bytes(12'345'678, 6);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann = peer("ann");
  Node bob = peer("bob");
  // Of an address of its own: libtorrent bans the address of who sends wrong bytes.
  Node eve = peer("eve", "127.0.0.2");
  std::string content;
};

}  // namespace e2e
