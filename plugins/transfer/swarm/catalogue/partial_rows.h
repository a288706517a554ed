// The catalogue's table of contents that this host has a part of, by the downloads that fetch them.
// Threads: none of its own; for whoever has the connection.
#pragma once

#include <string>
#include <vector>

#include "swapmeet/feed.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/time.h"
#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class PartialRows {
 public:
  explicit PartialRows(sqlite::Database& database) : database_(database) {}

  bool any();
  void put(const std::string& id, const PartialListing& listing, Time now, Revision revision);
  // Drops that of one download, or all. The paths that they had.
  std::vector<std::string> drop(const std::string& id);
  std::vector<std::string> drop_all();

 private:
  sqlite::Database& database_;
};

}  // namespace swapmeet::transfer_swarm
