#include "host/http/places.h"

#include "swapmeet/address_range.h"

namespace swapmeet::http {

Places::Outcome Places::take(const std::string& address, const ListenOptions& limits) {
  if (taken_ >= limits.max_connections) return Outcome::full;
  const auto range = counted_range(address);
  const auto from_there = per_address_.find(range);
  if (from_there != per_address_.end() && from_there->second >= limits.max_connections_per_address)
    return Outcome::address_full;
  ++taken_;
  ++per_address_[range];
  return Outcome::taken;
}

void Places::give_back(const std::string& address) {
  const auto from_there = per_address_.find(counted_range(address));
  if (from_there == per_address_.end()) return;
  --taken_;
  if (--from_there->second == 0) per_address_.erase(from_there);
}

}  // namespace swapmeet::http
