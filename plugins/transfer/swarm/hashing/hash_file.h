// Reads a file through once and makes its Merkle tree, if it stays the same meanwhile: for shares,
// for what is sent, and for what a download left behind.
// Threads: a FileHasher is for one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

struct HashOutcome {
  enum Kind {
    done,
    changed,     // it is not, or no longer, the file that was stamped
    unreadable,  // errno in `error`
    stopped,
  };
  Kind kind = done;
  MerkleTree tree;
  int error = 0;
};

class FileHasher {
 public:
  FileHasher() : block_(kBlockSize) {}
  // `file`: absolute path, not followed if it is a symbolic link. Returns `changed` early when the
  // file is being written. `stopping` is asked before every block.
  HashOutcome hash(const std::string& file, const FileStamp& stamp,
                   const std::function<bool()>& stopping);
  // The same for a file that is open to be read, from its start.
  HashOutcome hash(int descriptor, const FileStamp& stamp, const std::function<bool()>& stopping);

 private:
  std::vector<char> block_;
  MerkleBuilder builder_;
};

}  // namespace swapmeet::transfer_swarm
