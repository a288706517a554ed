// The form of a ticket that crosses hosts: a body, and an Ed25519 signature (RFC 8032) over it; as
// text both together in base64url without padding (RFC 4648, 5). Who signs and who checks bring
// their own cryptography. Threads: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/tickets.h"

namespace swapmeet::wire {

struct SignedTicket {
  std::string body;
  std::string signature;  // 64 bytes
};

std::string ticket_text(const SignedTicket& ticket);
// nullopt: not of this form. Only the one right spelling of a ticket is one.
std::optional<SignedTicket> signed_ticket_from(std::string_view text);

// Names of an account and its groups have at most 255 bytes each, and there are at most 64 groups.
std::string ticket_body(const TicketClaims& claims);
// nullopt: not of this form.
std::optional<TicketClaims> ticket_claims_from(std::string_view body);

}  // namespace swapmeet::wire
