// Auth for an index without accounts: whoever comes is a guest, nobody can log in, and fetching
// needs no ticket. For teams and LANs that trust whoever reaches the index.
// Threads: no state, so any thread may call anything.
#pragma once

#include "swapmeet/authenticator.h"

namespace swapmeet::auth_open {

class OpenAuthenticator : public Authenticator {
 public:
  Result<Identity> identify(std::string_view token) override;
  Result<Session> log_in(std::string_view account, std::string_view password,
                         std::string_view address) override;
  Result<std::string> issue_ticket(const TicketClaims& claims) override;
  Result<TicketClaims> check_ticket(std::string_view ticket) override;
};

}  // namespace swapmeet::auth_open
