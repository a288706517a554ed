#include "host/http/places.h"

namespace swapmeet::http {

Places::Outcome Places::take(const std::string& address, const ListenOptions& limits) {
  if (taken_ >= limits.max_connections) return Outcome::full;
  const auto from_there = per_address_.find(address);
  if (from_there != per_address_.end() && from_there->second >= limits.max_connections_per_address)
    return Outcome::address_full;
  ++taken_;
  ++per_address_[address];
  return Outcome::taken;
}

void Places::give_back(const std::string& address) {
  const auto from_there = per_address_.find(address);
  if (from_there == per_address_.end()) return;
  --taken_;
  if (--from_there->second == 0) per_address_.erase(from_there);
}

}  // namespace swapmeet::http
