#include "host/http/pacing.h"

namespace swapmeet::http {

void Pacing::add(std::uint64_t connection, Instant moment) {
  const auto [place, is_new] = place_.try_emplace(connection);
  if (is_new) place->second = moments_.emplace(moment, connection);
}

void Pacing::remove(std::uint64_t connection) {
  const auto place = place_.find(connection);
  if (place == place_.end()) return;
  moments_.erase(place->second);
  place_.erase(place);
}

std::optional<std::uint64_t> Pacing::take_due(Instant now) {
  const auto first = moments_.begin();
  if (first == moments_.end() || first->first > now) return std::nullopt;
  const auto connection = first->second;
  remove(connection);
  return connection;
}

std::optional<Instant> Pacing::next() const {
  if (moments_.empty()) return std::nullopt;
  return moments_.begin()->first;
}

}  // namespace swapmeet::http
