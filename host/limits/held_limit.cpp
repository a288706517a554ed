#include "host/limits/held_limit.h"

namespace swapmeet {

HeldLimit::Outcome HeldLimit::take(const std::string& who) {
  const std::lock_guard lock(state_->mutex);
  auto& of_one = state_->held[who];
  const bool own_full = state_->rate.of_one > 0 && of_one >= state_->rate.of_one;
  const bool all_full = state_->rate.in_all > 0 && state_->all >= state_->rate.in_all;
  if (own_full || all_full) {
    if (of_one == 0) state_->held.erase(who);
    return {{}, !own_full};
  }
  ++of_one;
  ++state_->all;
  return {Registration([state = state_, who] {
            const std::lock_guard giving_back(state->mutex);
            --state->all;
            const auto found = state->held.find(who);
            if (found != state->held.end() && --found->second == 0) state->held.erase(found);
          }),
          false};
}

void HeldLimit::set(const Rate& rate) {
  const std::lock_guard lock(state_->mutex);
  state_->rate = rate;
}

}  // namespace swapmeet
