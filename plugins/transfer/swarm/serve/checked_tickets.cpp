#include "transfer/swarm/serve/checked_tickets.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostKept = 10'000;

Identity holder(const TicketClaims& claims, const ContentId& content, const Identity& other) {
  if (claims.content != content || claims.account.empty()) return other;
  return {.account = claims.account, .groups = claims.groups, .roles = {}};
}

}  // namespace

std::optional<Identity> CheckedTickets::known(const http::Request& request,
                                              const ContentId& content) {
  const auto ticket = request.bearer();
  if (ticket.empty() || find_() == nullptr) return request.identity;
  const auto claims = find(ticket);
  return claims ? std::optional(holder(*claims, content, request.identity)) : std::nullopt;
}

Identity CheckedTickets::who(const http::Request& request, const ContentId& content) {
  if (auto identity = known(request, content)) return std::move(*identity);
  auto* checker = find_();
  if (checker == nullptr) return request.identity;
  const auto ticket = request.bearer();
  const auto claims = checker->check_ticket(ticket);
  if (!claims) return request.identity;
  keep(ticket, *claims);
  return holder(*claims, content, request.identity);
}

std::optional<TicketClaims> CheckedTickets::find(const std::string& ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = checked_.find(ticket);
  if (found == checked_.end()) return std::nullopt;
  if (found->second.expires > clock_.now()) return found->second;
  checked_.erase(found);
  return std::nullopt;
}

void CheckedTickets::keep(const std::string& ticket, const TicketClaims& claims) {
  const std::lock_guard lock(mutex_);
  if (checked_.size() >= kMostKept)
    std::erase_if(checked_, [&](const auto& one) { return one.second.expires <= clock_.now(); });
  if (checked_.size() >= kMostKept) checked_.clear();
  checked_.insert_or_assign(ticket, claims);
}

}  // namespace swapmeet::transfer_swarm
