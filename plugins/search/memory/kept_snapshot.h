// The snapshot as `swapmeet check --data` and `swapmeet backup` see it. The index can be filled
// from the registry at any time, so a snapshot that is missing or of no use is worth a note and no
// more. Threads: as Stores says.
#pragma once

#include <filesystem>

#include "search/memory/index.h"
#include "swapmeet/stores.h"

namespace swapmeet::search_memory {

class KeptSnapshot final : public Stores {
 public:
  explicit KeptSnapshot(std::filesystem::path file) : file_(std::move(file)) {}
  // The index of a host that runs; nullptr before and after.
  void set_index(Index* index) { index_ = index; }

  Result<StoreReport> verify() override;
  Result<void> back_up(const std::filesystem::path& folder) override;

 private:
  const std::filesystem::path file_;
  Index* index_ = nullptr;
};

}  // namespace swapmeet::search_memory
