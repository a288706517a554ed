// The catalogue: the shares of this host, their hashed files, the Merkle layers, and the feed of
// what changed. One SQLite database; what it acknowledges survives the process. It also remembers
// files that are gone, so that one that was moved is recognised without being read. A scan writes
// it, serving reads it, and a registry follows its feed. Threads: thread-safe; one writer at a
// time, readers beside it. Everything but the feed throws sqlite::Failure.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/shares.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue_feed.h"
#include "transfer/swarm/catalogue/catalogue_records.h"
#include "transfer/swarm/catalogue/counted_shares.h"

namespace swapmeet::transfer_swarm {

class CatalogueWriter;

class Catalogue final : public ChangeFeed {
 public:
  // Opens the file, or makes it; one of an older version is brought up to date. `clock` must
  // outlive this.
  Catalogue(const std::filesystem::path& file, Clock& clock);

  std::vector<StoredShare> shares();
  std::optional<StoredShare> share(const std::string& name);
  ShareCounts counts(std::int64_t share);
  // Inserts, or replaces folder, audience and origin; another folder drops the files.
  void put_share(const ShareSpec& spec, bool configured);
  void remove_share(const std::string& name);
  // Makes the configured shares exactly these, in one transaction.
  void set_configured(std::span<const ShareSpec> specs);
  void set_device(std::int64_t share, std::uint64_t device);
  // Takes the share's files out of the feed, as if removed, but keeps them; and puts them back.
  void withdraw(std::int64_t share);
  void restore(std::int64_t share);

  // What the file was when it was hashed; nullopt when that was not this stamp.
  std::optional<ContentId> content(std::int64_t share, const std::string& path,
                                   const FileStamp& stamp);
  // The files with from <= path < upto (empty: no end), in order, at most `limit`.
  std::vector<StoredFile> files(std::int64_t share, const std::string& from,
                                const std::string& upto, std::size_t limit);
  // The files behind the path `after`, in order, at most `limit`, about whose content this reader
  // has said nothing.
  std::vector<UnreadFile> unread(std::int64_t share, const std::string& reader,
                                 const std::string& after, std::size_t limit);
  // One transaction each; nothing when the share is gone.
  void commit(std::int64_t share, const std::vector<HashedFile>& files);
  void remove(std::int64_t share, const std::vector<std::string>& paths);
  // Takes in those of the files that were hashed under another path, unless `may_be` says no;
  // returns those that have to be read: the others, and of the former those that something has
  // touched since they were.
  std::vector<StoredFile> adopt(std::int64_t share, std::vector<StoredFile> files,
                                const std::function<bool(const StoredFile&)>& may_be = {});
  // Files that are as they were, with the ctime that was not known of them.
  void restamp(std::int64_t share, const std::vector<StoredFile>& files);
  // The file has other bytes than its content id says, though its stamp is the same: it is not
  // served any more, and the next scan has it hashed.
  void spoil(std::int64_t share, const std::string& path);
  // The same disk got another number.
  void renumber_device(std::int64_t share, std::uint64_t from, std::uint64_t to);
  // In the feed like a file, until it is dropped; `id` is of the download.
  void put_partial(const std::string& id, const PartialListing& listing);
  void drop_partial(const std::string& id);
  void drop_all_partial();  // of an earlier run of the host
  // Forgets what is gone for longer than this.
  void forget_gone(std::chrono::seconds longer_than);

  std::vector<ContentPlace> places(const ContentId& content);
  std::optional<MerkleTree> tree(const ContentId& content);
  // How many transactions have written: whoever remembers an answer asks whether it still holds.
  std::uint64_t commits() const { return commits_; }

  // As CatalogueFeed, to which they lead.
  Result<FeedState> state() override { return feed_.state(); }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    return feed_.changes_after(after, limit);
  }
  Registration on_advance(std::function<void()> wake) override {
    return feed_.on_advance(std::move(wake));
  }

 private:
  // Runs the work in one transaction; wakes the followers when it has given out revisions.
  void write(const std::function<void(CatalogueWriter&)>& work);
  // The same for a share, with its prefix; nothing when the share is gone.
  using ShareWork = std::function<void(CatalogueWriter&, const std::string& prefix)>;
  void write_share(std::int64_t share, const ShareWork& work);

  Clock& clock_;
  std::mutex mutex_;  // guards the next
  sqlite::Database writer_;
  const std::string feed_id_;
  sqlite::ReaderPool readers_;
  CatalogueFeed feed_;
  std::atomic<std::uint64_t> commits_{0};
  CountedShares counted_;
};

}  // namespace swapmeet::transfer_swarm
