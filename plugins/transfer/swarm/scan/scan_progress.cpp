#include "transfer/swarm/scan/scan_progress.h"

#include <algorithm>
#include <utility>

namespace swapmeet::transfer_swarm {

void ScanProgress::Share::take(std::uint64_t less_files, std::uint64_t less_bytes) {
  files -= std::min(files, less_files);
  bytes -= std::min(bytes, less_bytes);
}

void ScanProgress::begin(const std::string& share) {
  const std::lock_guard lock(mutex_);
  ++shares_[share].scans;
}

void ScanProgress::end(const std::string& share) {
  const std::lock_guard lock(mutex_);
  auto& scans = shares_[share].scans;
  scans -= std::min<std::uint64_t>(scans, 1);
}

void ScanProgress::add(const std::string& share, std::uint64_t files, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  auto& now = shares_[share];
  now.files += files;
  now.bytes += bytes;
}

void ScanProgress::take(const std::string& share, std::uint64_t files, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  shares_[share].take(files, bytes);
}

void ScanProgress::committed(const std::string& share, std::uint64_t files, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  totals_.hashed_files += files;
  totals_.hashed_bytes += bytes;
  shares_[share].take(files, bytes);
}

void ScanProgress::walked(std::uint64_t files) {
  const std::lock_guard lock(mutex_);
  totals_.walked_files += files;
}

void ScanProgress::set_problem(const std::string& share, const std::string& problem) {
  const std::lock_guard lock(mutex_);
  shares_[share].problem = problem;
}

void ScanProgress::forget(const std::string& share) {
  const std::lock_guard lock(mutex_);
  shares_.erase(share);
}

void ScanProgress::start_over() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, share] : shares_) share = {0, 0, 0, std::move(share.problem)};
}

ShareProgress ScanProgress::of(const std::string& share) const {
  const std::lock_guard lock(mutex_);
  const auto found = shares_.find(share);
  if (found == shares_.end()) return {};
  const auto& now = found->second;
  return {now.scans > 0 || now.files > 0, now.files, now.bytes, now.problem};
}

ScanTotals ScanProgress::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace swapmeet::transfer_swarm
