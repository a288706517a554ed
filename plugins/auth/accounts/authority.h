// Auth for an index whose members have names and passwords: checks them, and administers the
// accounts. A changed password, a disabled or a removed account has another epoch or none, which
// ends its sessions at once.
// Threads: thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "auth/accounts/directory.h"
#include "auth/accounts/passwords.h"
#include "swapmeet/accounts.h"
#include "swapmeet/authenticator.h"
#include "swapmeet/host.h"
#include "swapmeet/sessions.h"

namespace swapmeet::auth_accounts {

struct Policy {
  bool open_registration = false;
  std::size_t max_accounts = 10'000;
  PasswordCost cost{};
};

class Authority : public Authenticator, public Accounts {
 public:
  // Opens `folder`. `sessions` hears at once of what changes; nullptr: nobody does. Throws
  // sqlite::Failure.
  static Result<std::unique_ptr<Authority>> open(const std::filesystem::path& folder, Clock& clock,
                                                 const Policy& policy, Sessions* sessions, Log log);

  Result<std::optional<Grant>> check(const LogIn& wanted) override;
  Result<std::optional<Grant>> current(const std::string& account) override;

  bool open_registration() override;
  Result<Account> create(const std::string& name, const std::string& password,
                         bool by_admin) override;
  Result<Page<Account>> list(const PageRequest& page) override;
  Result<Account> get(const std::string& name) override;
  Result<Account> change(const std::string& name, const AccountChange& change) override;
  Result<void> remove(const std::string& name) override;
  Result<IssuedInvitation> invite(const Invitation& wanted) override;
  Result<std::vector<Invitation>> invitations() override;
  Result<void> withdraw_invitation(const std::string& id) override;
  Result<Account> join(const std::string& code, const std::string& name,
                       const std::string& password) override;
  // The code of an invitation that makes the first admin; empty: there is an admin. Earlier ones
  // lose their use.
  Result<std::string> set_up_code();

  void set_policy(const Policy& policy);
  std::size_t size() const { return directory_.size(); }

 private:
  Authority(const std::filesystem::path& folder, Clock& clock, const Policy& policy,
            Sessions* sessions, Log log);
  Policy policy() const;
  void note_login(const StoredAccount& known, std::string_view password,
                  const Passwords::Slot& slot);
  Result<Account> make(StoredAccount account, const std::string& password, const std::string& code);
  Account as_told(Account account) const;
  bool may_log_in(const Account& account) const;
  void tell(const std::string& account);

  Clock& clock_;
  Sessions* const sessions_;
  const Log log_;
  std::mutex telling_;               // held while the sessions are told
  mutable std::shared_mutex mutex_;  // guards the next
  Policy policy_;
  Directory directory_;
  Passwords passwords_;
  std::string nobodys_hash_;  // checked when there is no such account, to take as long
};

}  // namespace swapmeet::auth_accounts
