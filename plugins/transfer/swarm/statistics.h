// What has gone both ways since the data folder was made, in a database of its own: read once when
// the host starts, and written every few seconds and at the end. A kill costs what came since.
// Threads: one thread at a time. Throws sqlite::Failure.
#pragma once

#include <filesystem>
#include <span>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/uploads.h"

namespace swapmeet::transfer_swarm {

class Statistics {
 public:
  explicit Statistics(const std::filesystem::path& file);
  static std::span<const char* const> migrations();

  const TransferTotals& totals() const { return totals_; }
  void put(const TransferTotals& totals);  // nothing is written when they are the same

 private:
  sqlite::Database database_;
  TransferTotals totals_;
};

}  // namespace swapmeet::transfer_swarm
