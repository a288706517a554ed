// Goes through a folder's files in the byte order of their paths, which is the order in which the
// catalogue keeps them, so that the two can be compared side by side with little memory.
// Symbolic links are not followed: what they lead to inside the share is listed anyway, the rest
// was not shared. Only regular files count; nothing is opened but folders.
// Threads: for one thread.
#pragma once

#include <dirent.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/scan/ignore_rules.h"

namespace swapmeet::transfer_swarm {

// What of a share is looked at: the folder `below` (empty: the share's own), all that is in it or,
// when not `deep`, only the files that are in it directly.
struct Scope {
  std::string share;
  std::string below;
  bool deep = true;
  bool is_whole() const { return below.empty() && deep; }
  bool operator==(const Scope&) const = default;
  bool operator<(const Scope& other) const {
    return std::tie(share, below, deep) < std::tie(other.share, other.below, other.deep);
  }
};

// Folders below so many others are not shared.
inline constexpr std::size_t kMostDepth = 200;
inline constexpr int kTooDeep = -1;
inline constexpr int kNameTaken = -2;
// What an error of a WalkedEntry says to a person.
std::string reason_of(int error);

struct WalkedEntry {
  enum Kind {
    file,
    passed,      // a folder or file that was not looked at: nothing is known about what is in it
    unreadable,  // the same, because it could not be
    taken,       // not listed, as its name reads like that of another one beside it
  };
  Kind kind = file;
  std::string path;          // below the share's folder; of a passed folder with '/' at the end
  FileStamp stamp;           // of a file
  std::uint64_t device = 0;  // of a file; 0 where inode numbers do not last
  int error = 0;             // of `unreadable`: errno, or kTooDeep; of `taken` kNameTaken
  std::int64_t born_ns = 0;  // of a file; 0 where the file system does not say
};

struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileId&) const = default;
};

class FolderWalk {
 public:
  // `never`: a folder that is not entered (this host's own data), by its identity.
  FolderWalk(const std::string& folder, Scope scope, std::shared_ptr<const IgnoreRules> rules,
             FileId never);
  std::optional<WalkedEntry> next();

 private:
  struct Name {
    std::string key;  // the name; of a folder with '/' at the end: this sorts as paths do
    int error = 0;
    FileStamp stamp;
    std::int64_t born_ns = 0;
  };
  struct Level {
    std::unique_ptr<DIR, int (*)(DIR*)> folder{nullptr, closedir};
    std::string below;  // with '/' at the end, unless empty
    std::uint64_t device = 0;
    bool lasting = true;
    std::vector<Name> names;
    std::size_t at = 0;
  };
  std::optional<WalkedEntry> enter(int descriptor, const std::string& below);
  void read_names(Level& level);
  static void find_taken(Level& level);

  std::shared_ptr<const IgnoreRules> rules_;
  Scope scope_;
  std::size_t depth_ = 0;  // of the scope's folder in the share
  FileId never_;
  std::optional<WalkedEntry> first_;  // when the beginning cannot be read
  std::vector<Level> levels_;
};

}  // namespace swapmeet::transfer_swarm
