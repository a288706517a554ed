// Who is banned, on the disk: DATA/bans.db. What add() and remove() have answered is synced.
// Threads: thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/address_range.h"
#include "swapmeet/id.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/time.h"

namespace swapmeet {

// Of a peer, of addresses, or of both: each alone is banned then.
struct Ban {
  std::int64_t number = 0;
  std::optional<PeerId> peer;
  std::optional<AddressRange> addresses;
  std::string reason;
  std::string by;  // the account of who banned
  Time made{};
  std::optional<Time> until;  // nullopt: until it is lifted

  bool operator==(const Ban&) const = default;
};

class BanStore {
 public:
  // Makes the file, or brings it up to date. Throws sqlite::Failure; a damaged one is `corrupt`.
  explicit BanStore(const std::filesystem::path& folder);
  static std::span<const char* const> migrations();
  // To look the file through, and to copy it.
  static sqlite::KeptStores kept_in(const std::filesystem::path& folder);

  Result<std::vector<Ban>> all();
  Result<std::int64_t> add(const Ban& ban);  // its number
  Result<void> remove(const std::vector<std::int64_t>& numbers);

 private:
  std::mutex mutex_;
  sqlite::Database database_;
};

}  // namespace swapmeet
