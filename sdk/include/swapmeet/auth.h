// The auth contract: who is asking, and what may they do. `auth.open` lets everyone in as a guest,
// `auth.accounts` knows names and passwords, `auth.ticket` believes the tickets of an index.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/id.h"
#include "swapmeet/identity.h"
#include "swapmeet/page.h"
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

// Optional: whoever has the public key can check this host's tickets elsewhere, as `auth.ticket`
// does on peers. Thread-safe.
class TicketIssuer {
 public:
  static constexpr const char* kInterface = "swapmeet.ticket_issuer/1";
  virtual ~TicketIssuer() = default;
  // Of Ed25519 (RFC 8032); the tickets have the form of swapmeet/wire/ticket.h.
  virtual std::array<std::uint8_t, 32> ticket_key() = 0;
};

struct Account {
  std::string name;  // 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; not "owner"
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  bool disabled = false;
  Time created{};
};

// What to change of an account; what is not set stays.
struct AccountChange {
  std::optional<std::string> password;
  std::optional<std::vector<std::string>> groups;
  std::optional<std::vector<std::string>> roles;
  std::optional<bool> disabled;
};

// Optional: administering users. Thread-safe. Who may call is the caller's business (the API lets
// admins, and a person for their own password).
class Accounts {
 public:
  static constexpr const char* kInterface = "swapmeet.accounts/1";
  virtual ~Accounts() = default;

  // May people make accounts themselves?
  virtual bool open_registration() = 0;
  // `already_exists`; `invalid_argument` (name, or password shorter than 8 characters).
  virtual Result<Account> create(const std::string& name, const std::string& password) = 0;
  virtual Result<Page<Account>> list(const PageRequest& page) = 0;
  virtual Result<Account> get(const std::string& name) = 0;  // `not_found`
  // Sessions of an account end when its password changes or it is disabled.
  virtual Result<Account> change(const std::string& name, const AccountChange& change) = 0;
  virtual Result<void> remove(const std::string& name) = 0;  // `not_found`
};

}  // namespace swapmeet
