#include "host/reach/dial_limits.h"

#include <span>

namespace swapmeet {

DialRates DialRates::from(const Settings& registry) {
  const auto rate = [&](const char* key) { return static_cast<double>(registry.integer(key)); };
  return {rate("dial_backs"), rate("dial_backs_per_address"), rate("dial_backs_elsewhere"),
          rate("dial_backs_per_network")};
}

void DialLimits::set(const DialRates& rates) {
  const std::lock_guard lock(mutex_);
  rates_ = rates;
}

Result<void> DialLimits::take(const wire::NetworkAddress& caller,
                              const wire::NetworkAddress& target) {
  if (auto allowed = wire::may_dial(target, caller); !allowed) return allowed;
  const std::lock_guard lock(mutex_);
  const auto at_once = [](double rate) { return wire::TokenRate{rate, rate}; };
  if (caller == target)
    return draw({{"caller " + caller.household(), at_once(rates_.per_caller)},
                 {"all", at_once(rates_.in_all)}},
                "connections to where calls come from");
  return draw({{"elsewhere for " + caller.household(), at_once(rates_.per_network)},
               {"network " + target.neighbourhood(), at_once(rates_.per_network)},
               {"elsewhere", at_once(rates_.elsewhere)}},
              "connections to other addresses than the caller's");
}

Result<void> DialLimits::take_name(const wire::NetworkAddress& caller) {
  const std::lock_guard lock(mutex_);
  const auto at_once = [](double rate) { return wire::TokenRate{rate, rate}; };
  return draw({{"elsewhere for " + caller.household(), at_once(rates_.per_network)},
               {"elsewhere", at_once(rates_.elsewhere)}},
              "host names to look up for others");
}

Result<void> DialLimits::take_resolved(const wire::NetworkAddress& caller,
                                       const wire::NetworkAddress& target) {
  if (auto allowed = wire::may_dial(target, caller); !allowed) return allowed;
  if (caller == target) return {};
  const std::lock_guard lock(mutex_);
  return draw({{"network " + target.neighbourhood(), {rates_.per_network, rates_.per_network}}},
              "connections to one network for others");
}

// With mutex_ held.
Result<void> DialLimits::draw(std::initializer_list<wire::TokenBuckets::Draw> draws,
                              const char* what) {
  const auto refused = buckets_.take(std::span(draws.begin(), draws.size()), clock_.steady());
  if (!refused) return {};
  return Error{ErrorCode::too_many, std::string("the limit of ") + what + " is reached", {},
               refused->after};
}

}  // namespace swapmeet
