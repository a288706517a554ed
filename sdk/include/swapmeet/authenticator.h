// The auth contract: who is asking, and what may they do. `auth.open` lets everyone in as a guest,
// `auth.accounts` knows names and passwords, `auth.ticket` believes the tickets of an index.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

struct Session {
  std::string token;  // to be sent as "Authorization: Bearer …"
  Time expires{};
  Identity identity;
};

// What a ticket says: whoever holds it may fetch `content`, until `expires`.
struct TicketClaims {
  ContentId content;
  std::string account;              // to whom it was issued; empty: a guest
  std::vector<std::string> groups;  // the account's
  Time expires{};
  bool operator==(const TicketClaims&) const = default;
};

// Thread-safe; log_in may take a tenth of a second (passwords are hashed slowly on purpose).
class Authenticator {
 public:
  static constexpr const char* kInterface = "swapmeet.auth/1";
  virtual ~Authenticator() = default;

  // Whose token is it? An empty token is a guest, who may be refused, or made `read_only`:
  // `unauthenticated` with a sentence that says how to log in. Called for every request: must be
  // quick.
  virtual Result<Identity> identify(std::string_view token) = 0;
  // `unauthenticated`: wrong name or password (it does not say which), or the account is disabled.
  // `too_many`: too many failures; its `retry_after` says how long to wait. `unsupported`: there
  // are no accounts here. `address` is where the attempt comes from, for limiting attempts.
  virtual Result<Session> log_in(std::string_view account, std::string_view password,
                                 std::string_view address) = 0;

  // A signed permission to fetch, that only the holder of this host's secret can make; an empty
  // text where none is needed. Without `expires`, or with one that is too far ahead, the plugin
  // sets its own. Whether the account may have it is the caller's business.
  virtual Result<std::string> issue_ticket(const TicketClaims& claims) = 0;
  // `unauthenticated`: not one of ours, or changed. `not_allowed`: expired. `unavailable`: it
  // cannot be checked yet. `unsupported`: no tickets are known here. Must be quick.
  virtual Result<TicketClaims> check_ticket(std::string_view ticket) = 0;
};

}  // namespace swapmeet
