// What is in the folders that are being fetched, and how each file stands, in the database of the
// downloads. A folder may have a million files: they are written a page of the listing or a batch
// of outcomes at a time, each in one transaction, and read a page at a time.
// Threads: one at a time. Throws sqlite::Failure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/fetch/folder_downloads.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

// Files up to this size are one piece, and fetched with others.
inline constexpr std::uint64_t kMostSmall = kBlockSize;

// How a file of a folder is fetched, or ended. The numbers are in the database.
enum class FileState {
  small = 0,  // to be fetched with many others over one connection
  alone = 1,  // to be fetched by a Transfer of its own
  done = 2,
  failed = 3,
};

// Why a file is fetched alone: not from the peer whose folder it is.
inline constexpr const char* kLied = "sent wrong bytes";

// Which file. Of several that come to the same path on this machine all but the first have failed.
struct FileKey {
  std::string path;  // below the folder; each part is a safe name
  std::uint32_t twin = 0;
  bool operator==(const FileKey&) const = default;
};

struct FolderEntry {
  FileKey key;
  ContentId content;
  std::uint64_t size = 0;
  FileState state = FileState::small;
  std::string why{};  // it failed, or is fetched alone
};

// What became of a file.
struct FileOutcome {
  FileKey key;
  std::uint64_t size = 0;
  FileState state = FileState::done;
  std::string why{};
};

// How far the listing of a folder has come.
struct ListingCursor {
  std::string next;  // where the next page begins
  bool listed = false;
};

class FolderStore {
 public:
  // The database's schema is the DownloadStore's, which has opened it before.
  explicit FolderStore(const std::filesystem::path& database);

  // All below: durable when it returns.
  // A folder that has no files. What it had is to be forgotten before.
  void begin(const std::string& id);
  // Adds a page of the listing, of files that are `small`, `alone` or have failed, and how far it
  // has come.
  void add(const std::string& id, const std::vector<FolderEntry>& files,
           const ListingCursor& cursor);
  // Files that were to be fetched are done, have failed, or are to be fetched alone.
  void record(const std::string& id, std::span<const FileOutcome> outcomes);
  void retry(const std::string& id);  // those that failed get another chance
  // Forgets some files: a million at once would hold up all others. False: there were none.
  bool forget_some(const std::string& id, bool only_done);
  void remove(const std::string& id);  // the same as for begin()

  FolderStanding standing(const std::string& id);
  ListingCursor cursor(const std::string& id);
  // Up to `most` in that state, in order of path, after that one; nullopt: from the first one on.
  std::vector<FolderEntry> files(const std::string& id, FileState state,
                                 const std::optional<FileKey>& after, std::size_t most);

 private:
  std::int64_t number_of(const std::string& id);
  sqlite::Database database_;
  std::string known_id_;  // and its number
  std::int64_t known_number_ = 0;
};

}  // namespace swapmeet::transfer_swarm
