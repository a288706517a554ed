// Hashed files that wait to be committed to the catalogue together: by share, until they are many,
// their layers are large, or the first of them has waited for long enough.
// Threads: for one thread. Pure: the time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue.h"

namespace swapmeet::transfer_swarm {

class ScanBatch {
 public:
  using Files = std::map<std::pair<std::int64_t, std::string>, std::vector<HashedFile>>;

  ScanBatch(std::size_t most_files, std::chrono::milliseconds longest)
      : most_files_(most_files), longest_(longest) {}
  void add(std::int64_t share, const std::string& share_name, HashedFile file, Instant now);
  std::size_t size() const { return size_; }
  // It should be committed by now.
  bool is_due(Instant now) const;
  // When it will be, at the latest; Instant::max() when it is empty.
  Instant due() const { return size_ == 0 ? Instant::max() : due_; }
  // By share, and empty afterwards.
  Files take();

 private:
  const std::size_t most_files_;
  const std::chrono::milliseconds longest_;
  Files files_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;  // of the layers
  Instant due_;
};

}  // namespace swapmeet::transfer_swarm
