// What the parts of the transfer contract share, and the part about folders (transfer_folders.cpp).
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include "is_error.h"
#include "samples.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/transfer_contract.h"

namespace swapmeet::testing {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{60};  // for threads of the plugin, on a busy machine

inline void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline bool eventually(const std::function<bool()>& condition) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  for (const auto end = std::chrono::steady_clock::now() + kPatience;
       std::chrono::steady_clock::now() < end;) {
    if (condition()) return true;
    never.wait_for(lock, std::chrono::milliseconds(20));
  }
  return condition();
}

inline std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// A registry that knows one peer at most, and what it shares. Thread-safe.
class OnePeer final : public EmptyRegistry {
 public:
  void knows(const PeerRecord& peer, const std::vector<Listing>& listings);
  Result<PeerRecord> peer(const PeerId& id, const Identity& viewer) override;
  Result<Page<Listing>> browse(const PeerId& id, const BrowseQuery& query) override;

 private:
  std::mutex mutex_;  // guards all below
  PeerRecord peer_;
  std::vector<Listing> listings_;  // in order of path
};

// A folder of another comes as one download, file by file.
void check_folder_downloads(const MakeTransfer& make);

}  // namespace swapmeet::testing
