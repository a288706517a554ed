// Reads a file through once and makes its Merkle tree, if it stays the same meanwhile: for shares,
// for what is sent, and for what a download left behind.
// Threads: a FileHasher is for one thread.
#pragma once

#include <functional>
#include <string>

#include "transfer/swarm/hashing/block_reader.h"
#include "transfer/swarm/hashing/file_stamp.h"
#include "transfer/swarm/hashing/merkle.h"

namespace swapmeet::transfer_swarm {

struct HashOutcome : ReadOutcome {
  MerkleTree tree;  // when `done`
};

class FileHasher {
 public:
  // The clock must outlive it.
  explicit FileHasher(Clock& clock) : reader_(clock) {}
  // `file`: absolute path, not followed if it is a symbolic link. Returns `changed` early when the
  // file is being written. `stopping` is asked before every read.
  HashOutcome hash(const std::string& file, const FileStamp& stamp,
                   const std::function<bool()>& stopping);
  // The same for a file that is open to be read, from its start.
  HashOutcome hash(int descriptor, const FileStamp& stamp, const std::function<bool()>& stopping);

 private:
  template <class File>
  HashOutcome hash_any(const File& file, const FileStamp& stamp,
                       const std::function<bool()>& stopping);

  BlockReader reader_;
  MerkleBuilder builder_;
};

}  // namespace swapmeet::transfer_swarm
