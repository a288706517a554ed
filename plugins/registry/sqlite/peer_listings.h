// The listings of one peer as one transaction changes them: rows, the feed's removals, the index of
// contents, and what is counted for the peer.
// Threads: the writer's, as the Writing that it belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "registry/sqlite/folder_tallies.h"
#include "registry/sqlite/share_tallies.h"
#include "registry/sqlite/writer.h"
#include "swapmeet/listing.h"
#include "swapmeet/result.h"

namespace swapmeet::registry_sqlite {

// Some of what a transaction did to a peer's listings: how many there were, and the first of them.
struct ListingTally {
  static constexpr std::size_t kMostPaths = 10;
  std::uint64_t count = 0;
  std::vector<std::string> paths;

  void note(std::string_view path) {
    ++count;
    if (paths.size() < kMostPaths) paths.emplace_back(path);
  }
};

// What others hear of a transaction. Partial listings, of downloads that run, are no news.
struct ListingNews {
  PeerId peer;
  ListingTally added;  // new ones, and those that replace others
  ListingTally removed;
  Revision revision = 0;  // of the feed, after it
};

// 0: any number.
struct ListingLimits {
  std::uint64_t of_peer = 0;
  std::uint64_t bytes_of_peer = 0;
  std::uint64_t of_owner = 0;  // an account, or guests at one address
  std::uint64_t in_all = 0;
};

class PeerListings {
 public:
  // nullopt: no such peer.
  static std::optional<PeerListings> of(Writing& writing, const PeerId& peer);

  // How far the peer has announced.
  const FeedPosition& announced() const { return announced_; }
  std::int64_t key() const { return key_; }
  // `too_many` when there are more now than at the beginning, and more than the limits allow.
  // `in_all`: listings of all peers, at the beginning.
  Result<void> check(const ListingLimits& limits, std::int64_t in_all);
  // How many more there are than at the beginning.
  std::int64_t growth() const { return files_ - files_before_; }

  void apply(const Change& change);
  void clear();
  // Removes as many as `most`, for one that is about to be cleared: the feed tells that all are
  // gone already. False, and nothing removed, when there are no more than those.
  bool shrink(std::size_t most);
  // Writes the counts back, and how far the peer has announced now; at the end, once.
  void save(const FeedPosition& announced);
  // Of all that was done so far.
  ListingNews news() const;

 private:
  explicit PeerListings(Writing& writing) : writing_(&writing) {}
  void put(const Listing& listing);
  void remove(const std::string& path);
  enum class Dropped : std::uint8_t { nothing, partial, whole };
  Dropped drop(const std::string& path);
  void take_away(std::int64_t size);  // from what is counted
  void tell_clear();
  std::int64_t count_bytes();
  std::uint64_t files_of_owner();
  sqlite::Database& database() { return writing_->database(); }

  Writing* writing_;
  std::int64_t key_ = 0;
  PeerId peer_;
  FeedPosition announced_;
  std::int64_t files_ = 0;
  std::int64_t files_before_ = 0;
  std::int64_t bytes_ = 0;  // kMostBytes: as many or more
  std::int64_t bytes_before_ = 0;
  bool miscounted_ = false;  // what was taken from kMostBytes has to be counted anew
  ShareTallies tallies_;
  FolderTallies folders_;
  bool has_removed_ = false;  // there may be rows of it in `removed`
  ListingTally added_;
  ListingTally dropped_;
};

}  // namespace swapmeet::registry_sqlite
