// The registry's database: peers, their listings, and the feed of all changes. Everything that it
// acknowledges is on disk (one transaction, synchronous). Throws sqlite::Failure; knows no leases
// and no HTTP. Thread-safe: one writer at a time, readers beside it.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "registry/sqlite/content_index.h"
#include "registry/sqlite/feed_readers.h"
#include "swapmeet/registry.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

struct StoredPeer {
  PeerRecord record;
  std::string token_hash;  // SHA-256, 32 bytes
};

// A listing of a content, and the peer that has it as a source.
struct StoredCopy {
  Listing listing;
  Source source;
  bool present = false;
  bool dialable = false;
  std::int64_t peer_key = 0;
  Revision revision = 0;
};

struct StoreOptions {
  // Removals that are kept for followers; when there are more, those that nobody needs are
  // forgotten (prune), and whoever stands before them starts over.
  std::size_t keep_removed = 100'000;
  std::size_t most_pages = 0;                   // sqlite::OpenOptions
  std::size_t least_content_portion = 100'000;  // ContentIndex
  int log_pages = 4'000;                        // of 4 KiB; a longer log goes into the file
  std::chrono::milliseconds probe{250};         // at most, at the start; measured by `clock`,
  const Clock* clock = nullptr;                 // without which it is not measured
  std::uint64_t seed = 0;  // no peer must know it: it says where contents stand in memory
};

class Store {
 public:
  static constexpr std::size_t kForgottenAtOnce = 10;  // peers

  explicit Store(const std::filesystem::path& folder, const StoreOptions& options = {});

  std::optional<StoredPeer> peer(const PeerId& id);
  // Inserts or replaces all but files, bytes and what was announced; the peer is present from then
  // on, which is a change in the feed if it was not, or had another name.
  void put_peer(const StoredPeer& peer);
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
  Result<FeedPosition> announce(const PeerId& peer, const ChangeBatch& batch);

  Page<Listing> browse(const PeerId& peer, const BrowseQuery& query, const Identity& viewer);
  Result<ContentRecord> content(const ContentId& content, const Identity& viewer);
  RegistryCounts counts();

  FeedState feed_state();
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit);
  // Forgets removals beyond those that are kept; how many. Call it now and then.
  std::size_t prune();

 private:
  class Writing;
  struct Peer;

  // Those of present peers first, and those of one peer together.
  std::vector<StoredCopy> copies_of(const ContentId& content);
  std::optional<Peer> peer_row(const PeerId& peer);
  void put_listing(Writing& writing, Peer& peer, const Listing& listing);
  bool drop_listing(Writing& writing, Peer& peer, const std::string& path);
  void remove_listing(Writing& writing, Peer& peer, const std::string& path);
  void clear_peer(Writing& writing, Peer& peer);

  const StoreOptions options_;
  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  std::string feed_;
  FeedReaders feed_readers_;
  sqlite::ReaderPool readers_;
  ContentIndex contents_;
};

}  // namespace swapmeet::registry_sqlite
