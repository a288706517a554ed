// What this host shares: folders, and the catalogue of what is in them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct ShareSpec {
  std::string name;    // 1 to 64 characters, no '/'; the first part of its listings' paths
  std::string folder;  // absolute path on this machine
  Audience audience = {};
};

struct ShareStatus {
  ShareSpec share;
  bool configured = false;  // from the INI file: cannot be removed by command
  std::uint64_t files = 0;  // in the catalogue
  std::uint64_t bytes = 0;
  std::uint64_t waiting_files = 0;  // found, still to be hashed
  std::uint64_t waiting_bytes = 0;
  bool scanning = false;
  std::string problem;  // empty, or a sentence: "the folder /x cannot be read: …"
};

// Thread-safe; may block for a disk.
class Shares {
 public:
  static constexpr const char* kInterface = "swapmeet.shares/1";
  virtual ~Shares() = default;
  // [any thread; started; may block]
  virtual Result<std::vector<ShareStatus>> list() = 0;
  // Kept across restarts. Hashing goes on in the background. `already_exists`: the name or folder;
  // `not_found`: no such folder; `invalid_argument`.
  // [any thread; started; may block]
  virtual Result<ShareStatus> add(const ShareSpec& share) = 0;
  // `not_found`; `conflict`: it comes from the configuration file.
  // [any thread; started; may block]
  virtual Result<void> remove(const std::string& name) = 0;
  // Starts a rescan of one share, or of all when `name` is empty. Returns at once.
  // [any thread; started; quick]
  virtual Result<void> rescan(const std::string& name) = 0;
  // The catalogue: listings of all shares, hashed.
  // [any thread; started; quick]
  virtual ChangeFeed& feed() = 0;
  // Who may know of the share and fetch from it, from now on: what is asked for next is answered by
  // this. `not_found`; `conflict`: it comes from the configuration file; `invalid_argument`.
  // [any thread; started; may block]
  virtual Result<ShareStatus> set_audience(const std::string& name, const Audience& audience) = 0;
};

}  // namespace swapmeet
