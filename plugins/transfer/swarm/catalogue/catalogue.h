// The catalogue: the shares of this host, their hashed files, the Merkle layers, and the feed of
// what changed. One SQLite database; what it acknowledges survives the process. It also remembers
// files that are gone, so that one that was moved is recognised without being read.
// Threads: thread-safe; one writer at a time, readers beside it. Everything but the feed throws
// sqlite::Failure.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/transfer.h"
#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

class CatalogueWriter;

struct StoredShare {
  std::int64_t key = 0;
  ShareSpec spec;
  bool configured = false;
  std::uint64_t device = 0;  // that its folder was last seen on; 0: never seen
  bool withdrawn = false;    // its files are kept, but not in the feed
};

struct ShareCounts {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

struct StoredFile {
  std::string path;  // raw bytes, below the share's folder
  FileStamp stamp;
  std::uint64_t device = 0;  // 0: not to be told by its inode
  std::int64_t born_ns = 0;  // inodes are used again; 0: not known, so neither
};

struct HashedFile {
  std::string path;
  FileStamp stamp;
  MerkleTree tree;
  std::uint64_t device = 0;
  std::int64_t born_ns = 0;
};

// A place on this disk where a content is said to be.
struct ContentPlace {
  std::string file;  // absolute, raw bytes
  std::string name;  // as shown
  FileStamp stamp;
  Audience audience;
};

// A content that this host has a part of, as others are told of it.
struct PartialListing {
  std::string path;  // as shown; in no share
  ContentId content;
  std::uint64_t size = 0;
  std::uint64_t have = 0;  // of these bytes
};

class Catalogue final : public ChangeFeed {
 public:
  explicit Catalogue(const std::filesystem::path& file);

  std::vector<StoredShare> shares();
  std::optional<StoredShare> share(const std::string& name);
  ShareCounts counts(std::int64_t share);
  // Inserts, or replaces folder, audience and origin; another folder drops the files.
  void put_share(const ShareSpec& spec, bool configured);
  void remove_share(const std::string& name);
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
  // One transaction each; nothing when the share is gone.
  void commit(std::int64_t share, const std::vector<HashedFile>& files);
  void remove(std::int64_t share, const std::vector<std::string>& paths);
  // Takes in those of the files that were hashed under another path, unless `may_be` says no;
  // returns the others.
  std::vector<StoredFile> adopt(std::int64_t share, std::vector<StoredFile> files,
                                const std::function<bool(const StoredFile&)>& may_be = {});
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
  // How many transactions have written, for tests and metrics.
  std::uint64_t commits() const { return commits_; }

  Result<FeedState> state() override;
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override;
  Registration on_advance(std::function<void()> wake) override;

 private:
  struct Wakes {
    std::mutex mutex;
    std::uint64_t next = 1;
    std::map<std::uint64_t, std::function<void()>> wakes;
  };
  // Runs the work in one transaction; wakes the followers when it has given out revisions.
  void write(const std::function<void(CatalogueWriter&)>& work);
  void wake();

  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  std::string feed_;
  sqlite::ReaderPool readers_;
  std::atomic<std::uint64_t> commits_{0};
  struct Counted {
    std::uint64_t commits;  // before it was counted
    ShareCounts counts;
  };
  std::mutex counted_mutex_;
  std::map<std::int64_t, Counted> counted_;  // by share
  std::shared_ptr<Wakes> wakes_ = std::make_shared<Wakes>();
};

}  // namespace swapmeet::transfer_swarm
