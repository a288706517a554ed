// From where people have logged in: devices, by a token that each was given, and addresses. Who
// comes from there again is counted apart from strangers who guess (attempts.h). Neither lets
// anybody in without a password. In memory over a store, and bounded: of a name, and in all, those
// that were used longest ago go.
// Threads: thread-safe; asking waits for no disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "host/auth/device_store.h"
#include "swapmeet/result.h"

namespace swapmeet {

struct DeviceBounds {
  std::size_t of_name = 32;  // devices, and as many addresses
  std::size_t in_all = 100'000;
};

class DeviceBook {
 public:
  // Opens DATA/devices.db. Throws sqlite::Failure. The clock must outlive it.
  DeviceBook(const std::filesystem::path& data, Clock& clock, const DeviceBounds& bounds = {});

  // What a device with this token is counted by; empty: it has never logged in under that name.
  std::string device(std::string_view token, const std::string& name) const;
  bool knows_address(const std::string& address, const std::string& name) const;

  // Somebody has logged in. The token for the device: that which was sent, if it is known, or a
  // fresh one.
  Result<std::string> logged_in(const std::string& token, const std::string& name,
                                const std::string& address);

 private:
  using Key = std::tuple<std::string, bool, std::string>;  // name, is_device, place
  Key key_of(const KnownPlace& place) const { return {place.name, place.is_device, place.place}; }
  void learn(const KnownPlace& place);
  void show(const KnownPlace& place);
  std::vector<KnownPlace> surplus(const KnownPlace& newest) const;

  Clock& clock_;
  const DeviceBounds bounds_;
  std::mutex writing_;  // held while the disk works, unlike mutex_
  DeviceStore store_;
  mutable std::shared_mutex mutex_;  // guards what follows
  std::map<Key, Time> used_;
  std::set<std::pair<Time, Key>> by_time_;
};

}  // namespace swapmeet
