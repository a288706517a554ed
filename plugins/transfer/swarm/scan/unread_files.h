// The files of a share that were hashed when nobody read their attributes, or somebody else did: in
// the order of their paths, a page at a time, so that memory does not grow with the share.
// Threads: for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/scan/file_attributes.h"

namespace swapmeet::transfer_swarm {

class UnreadFiles {
 public:
  // Both must outlive it.
  UnreadFiles(Catalogue& catalogue, const FileAttributes& attributes, std::int64_t share)
      : catalogue_(catalogue),
        attributes_(attributes),
        share_(share),
        version_(attributes.version()),
        at_end_(version_.empty()) {}

  std::optional<UnreadFile> next() {
    for (;;) {
      while (at_ < page_.size()) {
        auto& file = page_[at_++];
        if (attributes_.reads(file.file.path)) return std::move(file);
      }
      if (at_end_) return std::nullopt;
      page_ = catalogue_.unread(share_, version_, after_, kPage);
      at_ = 0;
      at_end_ = page_.size() < kPage;
      if (!page_.empty()) after_ = page_.back().file.path;
    }
  }

 private:
  static constexpr std::size_t kPage = 1000;

  Catalogue& catalogue_;
  const FileAttributes& attributes_;
  std::int64_t share_;
  std::string version_;
  bool at_end_;
  std::string after_;
  std::vector<UnreadFile> page_;
  std::size_t at_ = 0;
};

}  // namespace swapmeet::transfer_swarm
