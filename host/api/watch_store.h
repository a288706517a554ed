// The watches that were asked for over the API, on the disk: DATA/watches.db. What add() and
// remove() have answered is synced.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/time.h"
#include "swapmeet/watch.h"

namespace swapmeet {

struct StoredWatch {
  std::string id;
  std::string asker;  // whose limit it counts to
  WatchRequest request;
  std::chrono::seconds keep{};  // how long it lasts while nobody listens
  Time heard{};                 // when somebody last did, give or take an hour
  bool collect = false;         // what it finds while nobody listens waits
  std::string waiting = {};     // that, as UnheardMatches has it
};

class WatchStore {
 public:
  // Makes the file, or brings it up to date. Throws sqlite::Failure; a damaged one is `corrupt`.
  explicit WatchStore(const std::filesystem::path& folder);
  // The versions of its tables: migrations[0] leads to the first.
  static std::span<const char* const> migrations();
  // To look the file through, and to copy it.
  static sqlite::KeptStores kept_in(const std::filesystem::path& folder);

  Result<std::vector<StoredWatch>> all();
  Result<void> add(const StoredWatch& watch);
  Result<void> remove(const std::vector<std::string>& ids);
  // Takes over what may change of one: viewer and heard.
  Result<void> update(const std::vector<StoredWatch>& watches);
  // The same of what waits.
  Result<void> keep_waiting(const std::string& id, const std::string& waiting);

 private:
  std::mutex mutex_;
  sqlite::Database database_;
};

}  // namespace swapmeet
