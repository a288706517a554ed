// Signs what people carry: sessions and tickets. Both come from one secret of 32 bytes: sessions
// are authenticated with HMAC-SHA-512-256, for only this host checks them and does so at every
// request; tickets are signed with Ed25519, so that a peer can check one without being able to make
// one. As text both are base64url without padding (RFC 4648, 5); swapmeet/wire/ticket.h says what
// is in a ticket.
// Threads: nothing changes after construction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "swapmeet/authenticator.h"

namespace swapmeet::auth_accounts {

struct SessionClaims {
  std::int64_t account = 0;  // its key in the store, which is never used again
  std::int64_t epoch = 0;    // of the account when it logged in
  Time expires{};
  bool operator==(const SessionClaims&) const = default;
};

class Signer {
 public:
  // 64 hex digits. Throws std::invalid_argument when it is something else.
  explicit Signer(const std::string& secret);

  std::string session(const SessionClaims& claims) const;
  // nullopt: not from here, or changed. Whether it has expired is the caller's question.
  std::optional<SessionClaims> read_session(std::string_view token) const;

  std::string ticket(const TicketClaims& claims) const;
  std::optional<TicketClaims> read_ticket(std::string_view ticket) const;
  const std::array<unsigned char, 32>& ticket_key() const { return ticket_public_key_; }

 private:
  std::array<unsigned char, 32> session_key_{};
  std::array<unsigned char, 64> ticket_key_{};
  std::array<unsigned char, 32> ticket_public_key_{};
};

// libsodium, ready to be used; throws when it cannot be.
void start_sodium();

}  // namespace swapmeet::auth_accounts
