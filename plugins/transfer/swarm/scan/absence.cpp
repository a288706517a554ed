#include "transfer/swarm/scan/absence.h"

namespace swapmeet::transfer_swarm {

Absence::Noted Absence::note_away(const std::string& share, Instant now) {
  const auto [since, is_new] = since_.try_emplace(share, now);
  const auto too_long_from = since->second + patience_;
  return {is_new, now >= too_long_from, too_long_from};
}

}  // namespace swapmeet::transfer_swarm
