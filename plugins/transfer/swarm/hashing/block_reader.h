// Reads a file through once, block by block, if it stays the one that was stamped: the walk below
// everything that hashes whole files, for shares, for what is sent, for what a download left behind
// and for the hashes that other programs ask for.
// Threads: a BlockReader is for one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/hashing/file_stamp.h"

namespace swapmeet::transfer_swarm {

struct ReadOutcome {
  enum Kind {
    done,
    changed,     // it is not, or no longer, the file that was stamped
    unreadable,  // errno in `error`
    stopped,
  };
  Kind kind = done;
  int error = 0;
};

class BlockReader {
 public:
  using Stopping = std::function<bool()>;
  using Take = std::function<void(std::string_view block)>;

  // The clock must outlive it.
  explicit BlockReader(Clock& clock);
  // `file`: absolute path, not followed if it is a symbolic link. `take` gets blocks of kBlockSize
  // (merkle.h), the last one is shorter; what it got counts only when the file is `done`. A file
  // that is being written is noticed early. `stopping` is asked before every read.
  ReadOutcome read(const std::string& file, const FileStamp& stamp, const Stopping& stopping,
                   const Take& take);
  // The same for a file that is open to be read, from its start.
  ReadOutcome read(int descriptor, const FileStamp& stamp, const Stopping& stopping,
                   const Take& take);

 private:
  void let_settle(const FileStamp& stamp);

  Clock& clock_;
  std::vector<char> block_;
};

}  // namespace swapmeet::transfer_swarm
