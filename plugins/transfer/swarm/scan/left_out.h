// The files and folders of one share that could not be shared, and why, so that the share can say
// it in one sentence. One stays until a scan has looked at it again and found it in order, or gone:
// a scan of a part keeps what it does not look at, and says in the end the same as a scan of all.
// Threads: for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "transfer/swarm/scan/folder_walk.h"

namespace swapmeet::transfer_swarm {

class LeftOut {
 public:
  // `most` are remembered, the first in the order of their paths.
  explicit LeftOut(std::size_t most = 20'000) : most_(most) {}

  // The path of a folder ends in '/'.
  void add(const std::string& path, const std::string& why);
  // It is in order now. False: it was before.
  bool forget(const std::string& path);
  bool has(const std::string& path) const { return why_.contains(path); }

  // A scan goes through the scope. What it finds in trouble is added in between.
  void begin();
  // It will be known later whether this one is in order: it is about to be read.
  void keep(const std::string& path);
  // What is in this folder is not looked at.
  void pass(const std::string& folder);
  // Forgets what is in the scope and was neither added nor kept nor passed.
  void finish(const Scope& scope);
  // There were too many to be remembered, and some of the remembered are in order now: only a scan
  // of all tells what there is.
  bool is_cut() const { return more_ && why_.size() < most_; }

  // Empty when there are none: "3 files are left out, the first a/b: Permission denied".
  std::string sentence() const;

 private:
  bool is_of_this_scan(const std::string& path, std::size_t prefix, bool deep) const;

  std::size_t most_;
  std::map<std::string, std::string> why_;  // by path
  bool more_ = false;                       // there are, or were
  // Of the scan that goes on:
  std::set<std::string> kept_;
  std::set<std::string> passed_;
  bool is_pushed_out_ = false;  // there was no room for one
};

}  // namespace swapmeet::transfer_swarm
