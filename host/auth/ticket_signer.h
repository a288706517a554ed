// Signs the tickets of an index with Ed25519, so that a peer can check one without being able to
// make one, and checks them itself. The key comes from a secret of 32 bytes in the host's data
// folder; swapmeet/wire/ticket.h says what is in a ticket.
// Threads: nothing changes after construction.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "swapmeet/tickets.h"

namespace swapmeet {

class TicketSigner final : public TicketIssuer, public TicketChecker {
 public:
  // Reads DATA/ticket.key, or makes it: from the one that `auth.accounts` of version 0.1 kept,
  // where there is that, so that peers which know it go on believing. `not_allowed`: others can
  // read it; `corrupt`: it is something else.
  static Result<std::unique_ptr<TicketSigner>> open(const std::filesystem::path& data,
                                                    Clock& clock);
  // Of 64 hex digits; `corrupt`: it is something else. The clock must outlive it.
  static Result<std::unique_ptr<TicketSigner>> with_secret(const std::string& secret, Clock& clock);
  static std::filesystem::path key_file(const std::filesystem::path& data);

  Result<std::string> issue(const TicketClaims& claims) override;
  std::array<std::uint8_t, 32> ticket_key() override { return public_key_; }
  Result<TicketClaims> check_ticket(std::string_view ticket) override;

 private:
  explicit TicketSigner(Clock& clock) : clock_(clock) {}

  Clock& clock_;
  std::array<unsigned char, 64> key_{};
  std::array<unsigned char, 32> public_key_{};
};

}  // namespace swapmeet
