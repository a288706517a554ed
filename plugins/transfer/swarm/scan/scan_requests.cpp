#include "transfer/swarm/scan/scan_requests.h"

#include <algorithm>

namespace swapmeet::transfer_swarm {
namespace {

bool names(const std::set<Scope>& scopes, const std::string& share) {
  const auto first = scopes.lower_bound({share, "", false});
  return first != scopes.end() && first->share == share;
}

}  // namespace

void ScanRequests::ask(const Scope& scope) {
  asked_.insert(scope);
  if (scope.is_whole()) expected_.erase(scope.share);
}

void ScanRequests::ask_at(const Scope& scope, Instant when) {
  const auto at = later_.try_emplace(scope, when).first;
  at->second = std::min(at->second, when);
}

void ScanRequests::fall_due(Instant now) {
  if (now >= walked_all_ + interval_) all_ = true;
  for (auto at = later_.begin(); at != later_.end();) {
    if (at->second <= now) {
      asked_.insert(at->first);
      at = later_.erase(at);
    } else {
      ++at;
    }
  }
}

Instant ScanRequests::next_due() const {
  Instant next = walked_all_ + interval_;
  for (const auto& [scope, when] : later_) next = std::min(next, when);
  return next;
}

bool ScanRequests::has(const std::string& share) const {
  return all_ || expected_.contains(share) || names(asked_, share) || names(taken_, share);
}

std::vector<Scope> ScanRequests::take(const std::vector<std::string>& shares, Instant now) {
  if (all_) {
    for (const auto& share : shares) asked_.insert({share, "", true});
    walked_all_ = now;
    all_ = false;
  }
  taken_.merge(asked_);
  asked_.clear();
  std::vector<Scope> round;
  for (const auto& scope : taken_)
    if (scope.is_whole() || !taken_.contains({scope.share, "", true})) round.push_back(scope);
  return round;
}

}  // namespace swapmeet::transfer_swarm
