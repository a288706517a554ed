// Devices and addresses that have logged in, on the disk: DATA/devices.db. Of a device only the
// SHA-256 of its token is there. Throws sqlite::Failure.
// Threads: one at a time; the DeviceBook sees to that.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct KnownPlace {
  bool is_device = false;
  std::string place;  // the digest of a device's token, or an address as it is counted
  std::string name;   // that logged in there, folded
  Time used{};
};

class DeviceStore {
 public:
  explicit DeviceStore(const std::filesystem::path& data);
  static sqlite::KeptDatabase kept_in(const std::filesystem::path& data);

  std::vector<KnownPlace> all();  // those that were used longest ago first
  void put(const KnownPlace& place);
  void remove(const std::vector<KnownPlace>& places);

 private:
  sqlite::Database database_;
};

}  // namespace swapmeet
