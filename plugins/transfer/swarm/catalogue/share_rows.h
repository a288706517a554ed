// The catalogue's table of shares.
// Threads: none of its own; for whoever has the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "transfer/swarm/catalogue/catalogue_records.h"

namespace swapmeet::transfer_swarm {

class ShareRows {
 public:
  explicit ShareRows(sqlite::Database& database) : database_(database) {}

  std::vector<StoredShare> all();  // by name
  std::optional<StoredShare> find(const std::string& name);
  // What its listings' paths begin with: its name and '/'. nullopt: the share is gone.
  std::optional<std::string> prefix_of(std::int64_t share);

  // Inserts, or replaces folder, audience and origin.
  void put(const ShareSpec& spec, bool configured);
  void erase(std::int64_t share);
  void set_device(std::int64_t share, std::uint64_t device);
  void set_withdrawn(std::int64_t share, bool withdrawn);

 private:
  sqlite::Database& database_;
};

}  // namespace swapmeet::transfer_swarm
