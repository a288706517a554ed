// How many listings a peer has and of how many bytes, by share and audience. What a viewer may know
// of a peer in numbers is summed here, and shares of which a viewer may see nothing are stepped
// over, so that what is hidden costs no time that somebody could measure.
// Threads: of the writer, or on a reader of one's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "swapmeet/identity.h"
#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

// What a path begins with, '/' included: "music/" of "music/a/b.flac"; a path without is its own.
// In the order of these, paths are in their order.
std::string_view share_of(std::string_view path);
// The first text that comes after the path, in their order: no path has a NUL.
std::string just_behind(std::string path);

struct Tally {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

// The sum of two numbers of bytes, as near as may be counted.
std::int64_t bounded_sum(std::int64_t one, std::int64_t other);

// What one transaction does to the tallies of one peer.
class ShareTallies {
 public:
  // `audience`: as sqlite::audience_text.
  void add(std::string_view path, const std::string& audience, std::int64_t bytes);
  void take(std::string_view path, const std::string& audience, std::int64_t bytes);
  // All listings of the peer are gone.
  void clear(sqlite::Database& database, std::int64_t peer);
  void save(sqlite::Database& database, std::int64_t peer);

 private:
  std::map<std::pair<std::string, std::string>, Tally> changes_;  // by share and audience
};

// Of a peer, what `viewer` may not see.
Tally hidden_from(sqlite::Database& reader, std::int64_t peer, const Identity& viewer);
// Of all present peers, what is not for everyone.
Tally hidden_from_guests(sqlite::Database& reader);
// Names of a peer's shares that hold nothing `viewer` may see, and that say that they are there.
std::vector<std::string> locked_shares(sqlite::Database& reader, std::int64_t peer,
                                       const Identity& viewer, std::size_t most);
// Calls `visit` for each share of the peer from `first` on, in order, in which `viewer` may see
// something, until it says false.
void each_open_share(sqlite::Database& reader, std::int64_t peer, std::string_view first,
                     const Identity& viewer,
                     const std::function<bool(const std::string& share)>& visit);

}  // namespace swapmeet::registry_sqlite
