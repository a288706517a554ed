// What differs between a share's folder and the catalogue, in the order of the paths. Both are read
// side by side, a page of the catalogue at a time, so that memory does not grow with the share.
// Threads: for one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/folder_walk.h"

namespace swapmeet::transfer_swarm {

struct Difference {
  enum Kind {
    changed,    // it is new, or has to be read again
    restamped,  // it is the same, and now there is a ctime to know it by
    vanished,
    passed,  // a folder that is not looked at
    unreadable,
  };
  Kind kind = changed;
  StoredFile file;  // of `changed` and `restamped` whole, of the others the path
  int error = 0;    // errno of `unreadable`
};

class ShareDiff {
 public:
  // `walk` goes through `scope` of this share.
  ShareDiff(Catalogue& catalogue, std::int64_t share, const Scope& scope, FolderWalk walk);
  std::optional<Difference> next();
  std::uint64_t walked() const { return walked_; }  // files so far
  // Disks that got another number since the catalogue was written: from, to.
  const std::set<std::pair<std::uint64_t, std::uint64_t>>& renumbered() const {
    return renumbered_;
  }

 private:
  const StoredFile* row();  // the catalogue's next; nullptr at the end
  void skip(const std::string& path);

  Catalogue& catalogue_;
  std::int64_t share_;
  FolderWalk walk_;
  std::optional<WalkedEntry> entry_;
  std::string from_;
  std::string upto_;
  bool at_end_ = false;
  std::vector<StoredFile> page_;
  std::size_t at_ = 0;
  std::uint64_t walked_ = 0;
  std::set<std::pair<std::uint64_t, std::uint64_t>> renumbered_;
};

}  // namespace swapmeet::transfer_swarm
