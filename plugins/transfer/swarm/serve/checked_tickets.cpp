#include "transfer/swarm/serve/checked_tickets.h"

namespace swapmeet::transfer_swarm {
namespace {

constexpr std::size_t kMostKept = 10'000;

}  // namespace

Reader unticketed(const http::Request& request) {
  return {request.identity, request.secure && !request.identity.is_guest()};
}

Reader CheckedTickets::holder(const TicketClaims& claims, const http::Request& request,
                              const ContentId& content) const {
  const bool is_for_this = claims.content == content || (claims.source && claims.content.is_zero());
  if (!is_for_this || claims.account.empty() || (claims.source && *claims.source != self_))
    return unticketed(request);
  return {{.account = claims.account, .groups = claims.groups, .roles = {}},
          request.secure && claims.source.has_value()};
}

std::optional<Reader> CheckedTickets::known(const http::Request& request,
                                            const ContentId& content) {
  const auto ticket = request.bearer();
  if (ticket.empty() || find_() == nullptr) return unticketed(request);
  const auto claims = find(ticket);
  return claims ? std::optional(holder(*claims, request, content)) : std::nullopt;
}

Reader CheckedTickets::who(const http::Request& request, const ContentId& content) {
  if (auto reader = known(request, content)) return std::move(*reader);
  auto* checker = find_();
  if (checker == nullptr) return unticketed(request);
  const auto ticket = request.bearer();
  const auto claims = checker->check_ticket(ticket);
  if (!claims) return unticketed(request);
  keep(ticket, *claims);
  return holder(*claims, request, content);
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
