// The registry's database: peers and what is asked about them, over the parts that keep the rest
// (Writer, PeerListings, StoredFeed, copies_of). Everything that it acknowledges is on disk (one
// transaction, synchronous). Throws sqlite::Failure; knows no leases and no HTTP.
// Thread-safe: one writer at a time, readers beside it.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "registry/sqlite/peer_listings.h"
#include "registry/sqlite/stored_feed.h"
#include "registry/sqlite/writer.h"
#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"

namespace swapmeet::registry_sqlite {

struct StoredPeer {
  PeerRecord record;
  std::string token_hash;  // SHA-256, 32 bytes
};

// 0: any number.
struct PeerLimits {
  std::uint64_t of_owner = 0;  // an account, or guests at one address
  std::uint64_t in_all = 0;
};

struct StoreOptions {
  // Removals that are kept for followers; when there are more, those that nobody needs are
  // forgotten (prune), and whoever stands before them starts over.
  std::size_t keep_removed = 100'000;
  WriterOptions writer = {};
};

class Store {
 public:
  static constexpr std::size_t kForgottenAtOnce = 10;     // peers
  static constexpr std::size_t kListingsAtOnce = 20'000;  // of one that is forgotten

  // `listings_changed`, if any, hears what was done to listings, once it is on disk, in the order
  // of revisions: nobody writes meanwhile, so it must be quick.
  explicit Store(const std::filesystem::path& folder, const StoreOptions& options = {},
                 std::function<void(const ListingNews&)> listings_changed = {});

  // With all that it lists.
  std::optional<StoredPeer> peer(const PeerId& id);
  // With what of it `viewer` may see.
  std::optional<PeerRecord> peer_for(const PeerId& id, const Identity& viewer);
  // Inserts or replaces all but files, bytes and what was announced; the peer is present from then
  // on, which is a change in the feed if it was not, or had another name.
  void put_peer(const StoredPeer& peer);
  // Whether there is a place for another peer of that account (empty: a guest) or address:
  // `too_many`.
  Result<void> check_room(const PeerRecord& peer, const PeerLimits& limits);
  // Until it is taken over, or put again with `transfer`; false: there is no such peer.
  bool transfer(const PeerId& peer, const Transfer& to);
  // The peer and its listings, in several transactions if there are many, so that others can write
  // in between; false: there is no such peer.
  bool forget(const PeerId& peer);
  // nullopt: not registered.
  std::optional<Reachability> reachability(const PeerId& peer);
  // Nothing happens when the peer is gone, or elsewhere by now.
  void put_reachability(const PeerId& peer, const Reachability& reach);
  // Presence of several at once: a row per peer, whatever they share. Peers that are so already are
  // left alone.
  void set_present(std::span<const PeerId> peers, bool present, Time now);
  // Forgets peers that have been absent since before `limit`, and their listings; how many. As many
  // as kForgottenAtOnce: there may be more.
  std::size_t forget_absent_since(Time limit);
  std::vector<PeerId> present_peers();

  Page<PeerRecord> peers(const PeerQuery& query);
  FeedPosition announced(const PeerId& peer);
  // `conflict` as ChangeFollower::apply.
  Result<FeedPosition> announce(const PeerId& peer, const ChangeBatch& batch,
                                const ListingLimits& limits = {});

  Page<Listing> browse(const PeerId& peer, const BrowseQuery& query, const Identity& viewer);
  // Of one who is there.
  Result<FolderLevel> level(const PeerId& peer, const BrowseQuery& query);
  Result<ContentRecord> content(const ContentId& content, const Identity& viewer);
  RegistryCounts counts();

  FeedState feed_state() { return feed_.state(); }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) {
    return feed_.changes_after(after, limit);
  }
  // Forgets removals beyond those that are kept; how many. Call it now and then.
  std::size_t prune();
  // Looks at the database here and there, for as long as `most` (registry/sqlite/probe.h).
  void probe(const Clock& clock, std::chrono::milliseconds most, std::uint64_t seed);

 private:
  // `absent_since`: only for as long as it has been absent since before then.
  bool forget(const PeerId& peer, const std::optional<Time>& absent_since);
  void committed(const PeerListings& listings);

  const std::function<void(const ListingNews&)> listings_changed_;
  Writer writer_;
  sqlite::ReaderPool readers_;
  StoredFeed feed_;
  std::atomic<std::int64_t> listings_;  // of all peers; the writer's
};

}  // namespace swapmeet::registry_sqlite
