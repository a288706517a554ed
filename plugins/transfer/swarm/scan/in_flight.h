// The files that were handed to the hashing threads and are not committed yet, as they were when
// they were handed out, so that no scan hands them out twice.
// Threads: for one thread. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "transfer/swarm/hashing/file_stamp.h"

namespace swapmeet::transfer_swarm {

class InFlight {
 public:
  void add(std::int64_t share, const std::string& path, const FileStamp& stamp) {
    files_.emplace(std::pair(share, path), stamp);
  }
  void remove(std::int64_t share, const std::string& path) { files_.erase({share, path}); }
  // nullptr: it is not under way.
  const FileStamp* find(std::int64_t share, const std::string& path) const {
    const auto found = files_.find({share, path});
    return found == files_.end() ? nullptr : &found->second;
  }
  std::size_t size() const { return files_.size(); }
  void clear() { files_.clear(); }

 private:
  std::map<std::pair<std::int64_t, std::string>, FileStamp> files_;
};

}  // namespace swapmeet::transfer_swarm
