// A scan that has files to be hashed: those that the survey has found so far, and after it those
// that a second look finds, when there were too many to remember.
// Threads: for one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/folder_walk.h"
#include "transfer/swarm/scan/share_diff.h"

namespace swapmeet::transfer_swarm {

class ScanTask {
 public:
  ScanTask(StoredShare share, Scope scope) : share_(std::move(share)), scope_(std::move(scope)) {}
  const StoredShare& share() const { return share_; }
  const Scope& scope() const { return scope_; }
  // Somebody has touched these files just now: they go before a walk of the whole share.
  bool is_urgent() const { return !scope_.is_whole(); }

  // For the survey. False: too many are remembered already, a second look has to find this one.
  bool add(StoredFile file);
  void look_again(ShareDiff diff) { diff_.emplace(std::move(diff)); }
  void end_survey() { is_surveyed_ = true; }
  bool is_surveyed() const { return is_surveyed_; }  // it gets no more files

  // The next one to be hashed; nullopt: none now, and none at all once it is surveyed.
  std::optional<StoredFile> next();
  // One of `size` bytes was handed out. False: it is more than the survey has counted.
  bool handed_out(std::uint64_t size);
  // What the survey has counted and was not handed out.
  std::uint64_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  StoredShare share_;
  Scope scope_;
  bool is_surveyed_ = false;
  std::deque<StoredFile> found_;
  std::optional<ShareDiff> diff_;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

// Longer paths than a listing can have are not shared.
bool is_too_long(const StoredShare& share, const std::string& path);

}  // namespace swapmeet::transfer_swarm
