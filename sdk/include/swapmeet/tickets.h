// Tickets: short-lived permissions to fetch one content, or from one peer, signed by an index and
// checked by peers.
// Their form is swapmeet/wire/ticket.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// What a ticket says: whoever holds it may fetch `content`, until `expires`.
struct TicketClaims {
  ContentId content;                // zeros: whatever `source` lets the account have
  std::string account;              // to whom it was issued; empty: a guest
  std::vector<std::string> groups;  // the account's
  Time expires{};
  // The only peer that it is for. What is not for everyone is given for such a ticket alone:
  // another peer that has seen it cannot use it there.
  std::optional<PeerId> source = {};
  bool operator==(const TicketClaims&) const = default;
};

// Provided by the host itself, on an index that has an Authenticator.
class TicketIssuer {
 public:
  static constexpr const char* kInterface = "swapmeet.ticket_issuer/3";
  virtual ~TicketIssuer() = default;

  // A signed permission that only the holder of this host's key can make. Without `expires`, or
  // with one that is too far ahead, the host sets its own. Whether the account may have it is the
  // caller's business. [any thread; configure]
  virtual Result<std::string> issue(const TicketClaims& claims) = 0;
  // Whoever has it can check tickets elsewhere: of Ed25519 (RFC 8032). [any thread; configure]
  virtual std::array<std::uint8_t, 32> ticket_key() = 0;
};

// Who believes tickets: the host itself where it issues them, `auth.ticket` on a peer.
class TicketChecker {
 public:
  static constexpr const char* kInterface = "swapmeet.ticket_checker/1";
  virtual ~TicketChecker() = default;

  // `unauthenticated`: not one of the index, or changed. `not_allowed`: expired. `unavailable`: it
  // cannot be checked yet. Must be quick. [any thread; started]
  virtual Result<TicketClaims> check_ticket(std::string_view ticket) = 0;
};

}  // namespace swapmeet
