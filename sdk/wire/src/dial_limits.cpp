#include "swapmeet/wire/dial_limits.h"

namespace swapmeet::wire {
namespace {

TokenRate at_once(double rate) { return {rate, rate}; }

constexpr const char* kElsewhere = "connections to other addresses than the caller's";

}  // namespace

void DialLimits::set(const DialRates& rates) {
  const std::lock_guard lock(mutex_);
  rates_ = rates;
}

// With mutex_ held.
std::vector<TokenBuckets::Draw> DialLimits::draws(const NetworkAddress& caller,
                                                  const NetworkAddress& target) const {
  if (caller == target)
    return {{"caller " + caller.household(), at_once(rates_.per_caller)},
            {"all", at_once(rates_.in_all)}};
  return {{"elsewhere for " + caller.household(), at_once(rates_.per_network)},
          {"network " + target.neighbourhood(), at_once(rates_.per_network)},
          {"elsewhere", at_once(rates_.elsewhere)}};
}

Result<void> DialLimits::take(const NetworkAddress& caller, const NetworkAddress& target,
                              bool is_proved) {
  if (auto allowed = may_dial(target, caller, is_proved); !allowed) return allowed;
  const std::lock_guard lock(mutex_);
  return draw(draws(caller, target),
              caller == target ? "connections to where calls come from" : kElsewhere);
}

Result<void> DialLimits::take_name(const NetworkAddress& caller) {
  const std::lock_guard lock(mutex_);
  return draw({{"elsewhere for " + caller.household(), at_once(rates_.per_network)},
               {"elsewhere", at_once(rates_.elsewhere)}},
              "host names to look up for others");
}

Result<void> DialLimits::take_resolved(const NetworkAddress& caller, const NetworkAddress& target) {
  if (auto allowed = may_dial(target, caller); !allowed) return allowed;
  if (caller == target) return {};
  const std::lock_guard lock(mutex_);
  return draw({{"network " + target.neighbourhood(), at_once(rates_.per_network)}}, kElsewhere);
}

void DialLimits::give_back(const NetworkAddress& caller, const NetworkAddress& target) {
  const std::lock_guard lock(mutex_);
  buckets_.give_back(draws(caller, target), clock_.steady());
}

// With mutex_ held.
Result<void> DialLimits::draw(const std::vector<TokenBuckets::Draw>& all, const char* what) {
  const auto refused = buckets_.take(all, clock_.steady());
  if (!refused) return {};
  return Error{
      ErrorCode::too_many, std::string("the limit of ") + what + " is reached", {}, refused->after};
}

}  // namespace swapmeet::wire
