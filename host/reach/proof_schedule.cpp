#include "host/reach/proof_schedule.h"

#include <algorithm>

namespace swapmeet {
namespace {
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kSoon = 15s;  // less than a lease's renewals are apart
constexpr std::chrono::milliseconds kRarely = 30min;
constexpr std::uint32_t kFailuresAllowed = 2;  // in a row, of an address that was proved
}  // namespace

bool is_due(const Reachability& reach, Time now, std::chrono::milliseconds again) {
  if (!reach.is_announced) return false;
  if (reach.tried == Time{} || reach.tried > now) return true;  // also when the clock went back
  const auto past = now - reach.tried;
  if (reach.failures == 0) return past >= again;
  const auto doublings = std::min<std::uint32_t>(reach.failures - 1, 10);
  return past >= std::min(kSoon * (1 << doublings), kRarely);
}

Reachability after_success(Reachability reach, const std::string& at, Time now) {
  reach.reached = at;
  reach.tried = now;
  reach.failures = 0;
  reach.why.clear();
  return reach;
}

Reachability after_failure(Reachability reach, const std::string& why, Time now) {
  reach.tried = now;
  reach.why = why;
  if (++reach.failures >= kFailuresAllowed) reach.reached.clear();
  return reach;
}

}  // namespace swapmeet
