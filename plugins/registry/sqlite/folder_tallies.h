// How many listings each folder of a peer has below it, and of how many bytes, apart for each
// audience: one level of a peer is shown from these, without reading what lies below. A folder is a
// row under the row of its parent; under a peer there is a row for each audience, with all that is
// for it. Folders deeper than kDeepest levels have none, so that a path costs a bounded number.
// Threads: of the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "registry/sqlite/share_tallies.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// What one transaction does to the folders of one peer.
class FolderTallies {
 public:
  static constexpr std::size_t kDeepest = 32;

  // `audience`: as sqlite::audience_text.
  void add(std::string_view path, const std::string& audience, std::int64_t bytes);
  void take(std::string_view path, const std::string& audience, std::int64_t bytes);
  // All listings of the peer are gone.
  void clear(sqlite::Database& database, std::int64_t peer);
  void save(sqlite::Database& database, std::int64_t peer);

 private:
  Tally& of(std::string_view path, const std::string& audience);
  std::map<std::string, std::map<std::string, Tally, std::less<>>> changes_;  // audience, folder
};

}  // namespace swapmeet::registry_sqlite
