// What the tests of sharing have in common: a temporary folder to share, the tree of some bytes,
// and waiting for the catalogue.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/hashing/merkle.h"
#include "unit/swarm/catalogue/still_clock.h"

namespace swapmeet::transfer_swarm {

struct Folder {
  std::filesystem::path path;
  Folder() {
    char name[] = "/tmp/swapmeet-shares-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
  }
};

inline MerkleTree tree_of(const std::string& bytes) {
  MerkleBuilder builder;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockSize)
    builder.add(bytes.data() + at, std::min<std::size_t>(kBlockSize, bytes.size() - at));
  return builder.finish();
}

// Waits for a condition; looked at when the feed advances, and now and then.
inline bool eventually(Catalogue& catalogue, const std::function<bool()>& holds) {
  std::mutex mutex;
  std::condition_variable advanced;
  const auto registration = catalogue.on_advance([&] {
    const std::lock_guard lock(mutex);
    advanced.notify_all();
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::unique_lock lock(mutex);
    advanced.wait_for(lock, std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace swapmeet::transfer_swarm
