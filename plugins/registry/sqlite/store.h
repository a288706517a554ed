// The registry's database: peers, their listings, and the feed of all changes. Everything that it
// acknowledges is on disk (one transaction, synchronous). Throws sqlite::Failure; knows no leases
// and no HTTP. Thread-safe: one writer at a time, readers beside it.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"

namespace registry {

using namespace swapmeet;

struct StoredPeer {
  PeerRecord record;
  std::string token_hash;  // SHA-256, 32 bytes
};

class Store {
 public:
  explicit Store(const std::filesystem::path& folder);

  std::optional<StoredPeer> peer(const PeerId& id);
  // Inserts or replaces all but files, bytes and what was announced; the peer is present from then
  // on, which is a change in the feed if it was not, or had another name.
  void put_peer(const StoredPeer& peer);
  // Presence of several at once. Peers that are so already are left alone.
  void set_present(std::span<const PeerId> peers, bool present, Time now);
  // Forgets peers that have been absent since before `limit`, and their listings.
  std::size_t forget_absent_since(Time limit);
  std::vector<PeerId> present_peers();

  Page<PeerRecord> peers(const PeerQuery& query);
  FeedPosition announced(const PeerId& peer);
  // `conflict` as ChangeFollower::apply.
  Result<FeedPosition> announce(const PeerId& peer, const ChangeBatch& batch);

  Page<Listing> browse(const PeerId& peer, const BrowseQuery& query, const Identity& viewer);
  Result<ContentRecord> content(const ContentId& content, const Identity& viewer);
  RegistryCounts counts();

  FeedState feed_state();
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit);

 private:
  Revision next_revision();
  std::int64_t peer_key(sqlite::Database& database, const PeerId& peer);
  void put_listing(std::int64_t key, const Listing& listing);
  void remove_listing(std::int64_t key, const std::string& path);
  void clear_peer(std::int64_t key);

  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  std::string feed_;
  Revision latest_ = 0;  // the writer's
  sqlite::ReaderPool readers_;
};

}  // namespace registry
