// How many connections a front has, in all and from each address, and whether there is a place for
// one more. Knows no sockets. Threads: one thread's.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "swapmeet/http.h"

namespace swapmeet::http {

class Places {
 public:
  enum class Outcome { taken, full, address_full };
  // Takes a place for a connection from `address` (of IPv6, its /64 counts), within max_connections
  // and max_connections_per_address.
  Outcome take(const std::string& address, const ListenOptions& limits);
  // The connection is gone.
  void give_back(const std::string& address);
  std::size_t taken() const { return taken_; }

 private:
  std::size_t taken_ = 0;
  std::unordered_map<std::string, std::size_t> per_address_;
};

}  // namespace swapmeet::http
