// The snapshot as `swapmeet check --data` and `swapmeet backup` see it. It can be made again from
// the registry at any time, so that one that is missing or of no use is worth a note and no more.
// Threads: as Stores says.
#pragma once

#include <filesystem>

#include "search/memory/index.h"
#include "swapmeet/stores.h"

namespace swapmeet::search_memory {

class KeptSnapshot final : public swapmeet::Stores {
 public:
  explicit KeptSnapshot(std::filesystem::path file) : file_(std::move(file)) {}
  // Of a host that runs; nullptr before and after.
  void set_index(Index* index) { index_ = index; }

  swapmeet::Result<swapmeet::StoreReport> verify() override;
  swapmeet::Result<void> back_up(const std::filesystem::path& folder) override;

 private:
  const std::filesystem::path file_;
  Index* index_ = nullptr;
};

}  // namespace swapmeet::search_memory
