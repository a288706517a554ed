// Auth for an index whose members have names and passwords: logs them in, knows whose a session is,
// and administers the accounts. A session is a signed token that names account, epoch and end; a
// changed password, a disabled or a removed account has another epoch or none, which ends its
// sessions at once. identify() is a MAC and two look-ups in memory.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "auth/accounts/attempts.h"
#include "auth/accounts/directory.h"
#include "auth/accounts/passwords.h"
#include "auth/accounts/signer.h"
#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/host.h"
#include "swapmeet/ticket_issuer.h"

namespace swapmeet::auth_accounts {

// What whoever has not logged in may do: nothing, search and browse, or register a peer as well.
enum class Guests : std::uint8_t { refuse, read, share };

struct Policy {
  std::chrono::milliseconds session_length = std::chrono::hours(24 * 7);
  Guests guests = Guests::refuse;
  bool open_registration = false;
  std::size_t max_accounts = 10'000;
  PasswordCost cost{};
  AttemptLimits limits{};
};

class Authority : public Authenticator, public Accounts, public TicketIssuer {
 public:
  // Opens `folder`, and the secret that signs in it. Throws sqlite::Failure.
  static Result<std::unique_ptr<Authority>> open(const std::filesystem::path& folder, Clock& clock,
                                                 const Policy& policy, Log log);

  Result<Identity> identify(std::string_view token) override;
  Result<Session> log_in(std::string_view account, std::string_view password,
                         std::string_view address) override;
  Result<std::string> issue_ticket(const TicketClaims& claims) override;
  Result<TicketClaims> check_ticket(std::string_view ticket) override;
  std::array<std::uint8_t, 32> ticket_key() override { return signer_.ticket_key(); }

  bool open_registration() override;
  Result<Account> create(const std::string& name, const std::string& password) override;
  Result<Page<Account>> list(const PageRequest& page) override;
  Result<Account> get(const std::string& name) override;
  Result<Account> change(const std::string& name, const AccountChange& change) override;
  Result<void> remove(const std::string& name) override;

  void set_policy(const Policy& policy);  // sessions that there are stay
  std::size_t size() const { return directory_.size(); }

 private:
  Authority(const std::filesystem::path& folder, const std::string& secret, Clock& clock,
            const Policy& policy, Log log);
  Policy policy() const;
  void renew_hash(const StoredAccount& known, std::string_view password,
                  const Passwords::Slot& slot);

  Clock& clock_;
  const Log log_;
  mutable std::shared_mutex mutex_;
  Policy policy_;
  Directory directory_;
  Signer signer_;
  Passwords passwords_;
  Attempts attempts_;
  std::string nobodys_hash_;  // checked when there is no such account, to take as long
};

}  // namespace swapmeet::auth_accounts
