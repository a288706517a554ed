// What each share leaves out, as its problem in the progress of the scans.
// Threads: for one thread.
#pragma once

#include <map>
#include <string>

#include "transfer/swarm/scan/folder_walk.h"
#include "transfer/swarm/scan/left_out.h"
#include "transfer/swarm/scan/scan_progress.h"

namespace swapmeet::transfer_swarm {

class LeftOutFiles {
 public:
  explicit LeftOutFiles(ScanProgress& progress) : progress_(progress) {}
  LeftOut& of(const std::string& share) { return shares_[share]; }
  // It turned out to be in order.
  void forget(const std::string& share, const std::string& path) {
    if (shares_[share].forget(path)) show(share);
  }
  void add(const std::string& share, const std::string& path, const std::string& why) {
    shares_[share].add(path, why);
  }
  // The share's problem is what it leaves out now.
  void show(const std::string& share) { progress_.set_problem(share, shares_[share].sentence()); }

 private:
  ScanProgress& progress_;
  std::map<std::string, LeftOut> shares_;
};

}  // namespace swapmeet::transfer_swarm
