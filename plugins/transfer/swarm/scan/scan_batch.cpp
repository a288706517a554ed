#include "transfer/swarm/scan/scan_batch.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostBytes = 8 << 20;

}  // namespace

void ScanBatch::add(std::int64_t share, const std::string& share_name, HashedFile file,
                    Instant now) {
  if (size_ == 0) due_ = now + longest_;
  ++size_;
  bytes_ += file.tree.layer.size();
  files_[{share, share_name}].push_back(std::move(file));
}

bool ScanBatch::is_due(Instant now) const {
  return size_ > 0 && (size_ >= most_files_ || bytes_ >= kMostBytes || now >= due_);
}

ScanBatch::Files ScanBatch::take() {
  size_ = bytes_ = 0;
  return std::exchange(files_, {});
}

}  // namespace swapmeet::transfer_swarm
