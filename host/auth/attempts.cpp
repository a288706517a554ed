#include "host/auth/attempts.h"

#include <algorithm>

#include "host/auth/networks.h"

namespace swapmeet {
namespace {

using std::chrono::seconds;

constexpr seconds kLongestOfKnown{60};
constexpr seconds kLongest{15 * 60};
constexpr seconds kForgotten{60 * 60};
constexpr seconds kPatience{60};  // within which one comes again
constexpr int kManyGuess = 4;     // so many times the free failures

seconds pause_after(int failures, int free, seconds longest) {
  if (failures < free) return seconds(0);
  const int doublings = std::min(failures - free, 20);
  return std::min(seconds(1LL << doublings), longest);
}

Result<void> check_pause(const Tally& tally, Instant now) {
  if (tally.next <= now) return {};
  const auto wait = std::chrono::ceil<seconds>(tally.next - now);
  return Error{ErrorCode::too_many,
               "too many failed log-ins; try again in " + std::to_string(wait.count()) +
                   (wait == seconds(1) ? " second" : " seconds"),
               {},
               wait};
}

void count(Tally& tally, Instant now, int failures, int free, seconds longest) {
  tally.last = now;
  tally.failures = std::min(tally.failures + failures, 1'000'000);
  tally.next = now + pause_after(tally.failures, free, longest);
}

}  // namespace

Attempts::Attempts(Clock& clock, const AttemptLimits& limits) : clock_(clock), limits_(limits) {}

Tally& Attempts::of_device(const LogInCaller& caller, Instant now) {
  return devices_.at(caller.device + '\n' + caller.name, now, kForgotten);
}

Tally& Attempts::of_pair(const LogInCaller& caller, Instant now) {
  return pairs_.at(caller.address + '\n' + caller.name, now, kForgotten);
}

Tally& Attempts::of_address(const LogInCaller& caller, Instant now) {
  return addresses_.at(caller.address, now, kForgotten);
}

bool Attempts::is_under_attack(const Tally& name) const {
  return limits_.per_address > 0 && name.failures >= kManyGuess * limits_.per_account;
}

// Before it is counted.
Standing Attempts::standing_of(const LogInCaller& caller, Instant now) {
  const auto& address = of_address(caller, now);
  const bool counts_address = limits_.per_address > 0;
  if (of_pair(caller, now).failures > 0 || (counts_address && address.failures > 0))
    return Standing::failed;
  if (address.put_off != Instant() && now - address.put_off <= kPatience) return Standing::patient;
  const auto networks = networks_of(caller.address);
  const auto is_quiet = [&](const std::string& network) {
    return networks_.at(network, now, kForgotten).failures == 0;
  };
  if (networks.size() < 3 || is_quiet(networks[0])) return Standing::apart;
  return is_quiet(networks[1]) ? Standing::near : Standing::clean;
}

void Attempts::count_networks(const LogInCaller& caller, Instant now, int failures) {
  auto networks = networks_of(caller.address);
  networks.pop_back();  // the address itself
  for (const auto& network : networks) {
    auto& tally = networks_.at(network, now, kForgotten);
    tally.last = now;
    tally.failures = std::clamp(tally.failures + failures, 0, 1'000'000);
  }
}

Result<Attempt> Attempts::begin(const LogInCaller& caller) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  const int free = limits_.per_account;
  if (!caller.device.empty() || caller.knows_address) {
    auto& own = caller.device.empty() ? of_pair(caller, now) : of_device(caller, now);
    if (auto paused = check_pause(own, now); !paused) return std::move(paused).error();
    count(own, now, 1, free, kLongestOfKnown);
    return Attempt{caller, Standing::known};
  }
  auto& pair = of_pair(caller, now);
  auto& address = of_address(caller, now);
  const bool counts_address = limits_.per_address > 0;
  if (auto paused = check_pause(pair, now); !paused) return std::move(paused).error();
  if (auto paused = counts_address ? check_pause(address, now) : Result<void>(); !paused)
    return std::move(paused).error();
  Attempt attempt{caller, standing_of(caller, now)};
  count_networks(caller, now, 1);
  auto& name = names_.at(caller.name, now, kForgotten);
  attempt.counted = is_under_attack(name) ? std::max(free - 1, 1) : 1;
  count(pair, now, attempt.counted, free, counts_address ? kLongest : kLongestOfKnown);
  count(address, now, 1, limits_.per_address, counts_address ? kLongest : seconds(0));
  count(name, now, 1, 0, seconds(0));
  return attempt;
}

void Attempts::withdraw(const Attempt& attempt, Instant now) {
  const auto& caller = attempt.caller;
  const auto take_back = [](Tally& tally, int failures, int free) {
    tally.failures = std::max(tally.failures - failures, 0);
    if (tally.failures < free) tally.next = {};
  };
  if (!caller.device.empty()) return take_back(of_device(caller, now), 1, limits_.per_account);
  take_back(of_pair(caller, now), attempt.counted, limits_.per_account);
  if (attempt.standing == Standing::known) return;
  // Only this one: who has an account of their own must not wipe out what they tried on others.
  count_networks(caller, now, -1);
  take_back(of_address(caller, now), 1, limits_.per_address);
  take_back(names_.at(caller.name, now, kForgotten), 1, 0);
}

void Attempts::succeeded(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  withdraw(attempt, now);
  auto& own =
      attempt.caller.device.empty() ? of_pair(attempt.caller, now) : of_device(attempt.caller, now);
  own.failures = 0;
  own.next = now;
}

void Attempts::withdrawn(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  withdraw(attempt, clock_.steady());
}

void Attempts::put_off(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  withdraw(attempt, now);
  of_address(attempt.caller, now).put_off = now;
}

void Attempts::set_limits(const AttemptLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

}  // namespace swapmeet
