// The catalogue: the shares of this host, their hashed files, the Merkle layers, and the feed of
// what changed. One SQLite database; what it acknowledges survives the process.
// Threads: thread-safe; one writer at a time, readers beside it. Everything but the feed throws
// sqlite::Failure.
#pragma once

#include <atomic>
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
#include "transfer/swarm/merkle.h"

namespace swapmeet::swarm {

struct StoredShare {
  std::int64_t key = 0;
  ShareSpec spec;
  bool configured = false;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// By what a file is recognised as unchanged.
struct FileStamp {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

struct HashedFile {
  std::string path;  // raw bytes, below the share's folder
  FileStamp stamp;
  MerkleTree tree;
};

// A place on this disk where a content is said to be.
struct ContentPlace {
  std::string file;  // absolute, raw bytes
  std::string name;  // as shown
  FileStamp stamp;
  Audience audience;
};

class Catalogue final : public ChangeFeed {
 public:
  explicit Catalogue(const std::filesystem::path& file);

  std::vector<StoredShare> shares();
  std::optional<StoredShare> share(const std::string& name);
  // Inserts, or replaces folder, audience and origin; another folder drops the files.
  void put_share(const ShareSpec& spec, bool configured);
  void remove_share(const std::string& name);

  std::optional<FileStamp> stamp(std::int64_t share, const std::string& path);
  // What the file was when it was hashed; nullopt when that was not this stamp.
  std::optional<ContentId> content(std::int64_t share, const std::string& path,
                                   const FileStamp& stamp);
  // Raw paths after `after`, in order, at most `limit`.
  std::vector<std::string> paths(std::int64_t share, const std::string& after, std::size_t limit);
  // One transaction; nothing when the share is gone.
  void commit(std::int64_t share, const std::vector<HashedFile>& files);
  void remove(std::int64_t share, const std::vector<std::string>& paths);

  std::vector<ContentPlace> places(const ContentId& content);
  std::optional<MerkleTree> tree(const ContentId& content);

  Result<FeedState> state() override;
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override;
  Registration on_advance(std::function<void()> wake) override;

 private:
  struct Wakes {
    std::mutex mutex;
    std::uint64_t next = 1;
    std::map<std::uint64_t, std::function<void()>> wakes;
  };
  Revision next_revision();
  void drop(std::int64_t share, const std::string& path);
  void forget_unused_layer(const ContentId& content);
  std::optional<ContentId> content_at(std::int64_t share, const std::string& path);
  void drop_all(std::int64_t share);
  void skip_revisions(std::int64_t share);
  void forget_old();
  void wake();

  std::mutex mutex_;  // of the writer
  sqlite::Database writer_;
  std::string feed_;
  sqlite::ReaderPool readers_;
  std::shared_ptr<Wakes> wakes_ = std::make_shared<Wakes>();
};

}  // namespace swapmeet::swarm
