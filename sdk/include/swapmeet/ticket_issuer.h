// Who signs tickets, for those who check them elsewhere.
#pragma once

#include <array>
#include <cstdint>

namespace swapmeet {

// Optional: whoever has the public key can check this host's tickets elsewhere, as `auth.ticket`
// does on peers. Thread-safe.
class TicketIssuer {
 public:
  static constexpr const char* kInterface = "swapmeet.ticket_issuer/1";
  virtual ~TicketIssuer() = default;
  // Of Ed25519 (RFC 8032); the tickets have the form of swapmeet/wire/ticket.h.
  virtual std::array<std::uint8_t, 32> ticket_key() = 0;
};

}  // namespace swapmeet
