// The files of one share that could not be shared, and why, so that the share can say it in one
// sentence. Scanning a part again forgets that part first.
// Threads: for one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "transfer/swarm/scan/folder_walk.h"

namespace swapmeet::transfer_swarm {

class LeftOut {
 public:
  void add(const std::string& path, const std::string& why);
  void forget(const Scope& scope);
  // Empty when there are none: "3 files are left out, the first a/b: Permission denied".
  std::string sentence() const;

 private:
  std::map<std::string, std::string> why_;  // by path, the first kMost
  bool more_ = false;
};

}  // namespace swapmeet::transfer_swarm
