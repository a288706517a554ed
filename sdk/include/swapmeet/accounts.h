// Accounts that can be administered here: names, groups, roles, bans, and invitations to make one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

// The account may not log in, and is told why and until when if it tries with its password.
struct AccountBan {
  std::string reason;
  std::optional<Time> until;  // nullopt: until it is lifted

  bool operator==(const AccountBan&) const = default;
};

struct Account {
  std::string name;  // 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; not "owner"
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  bool disabled = false;
  Time created{};
  std::optional<AccountBan> ban = {};  // one that has run out is none
  std::optional<Time> last_login = {};
};

// What to change of an account; what is not set stays.
struct AccountChange {
  std::optional<std::string> password;
  std::optional<std::vector<std::string>> groups;
  std::optional<std::vector<std::string>> roles;
  std::optional<bool> disabled;
  std::optional<std::optional<AccountBan>> ban = {};  // set to nullopt: lifted
  // When it is set, it has to be the present password. The change itself leaves it as it is.
  std::optional<std::string> old_password = {};
};

// May be used once, to make an account.
struct Invitation {
  std::string id;
  std::string made_by;
  std::string note;  // for those who look at the list
  Time made{};
  Time expires{};
  std::vector<std::string> groups;  // of the account that is made with it
  std::vector<std::string> roles;
};

struct IssuedInvitation {
  Invitation invitation;
  std::string code;  // is kept nowhere: who has it may use it
};

// How a name is looked up: without blanks at its ends, and in small letters.
std::string folded_account_name(std::string_view typed);

// Optional: administering users. Thread-safe. Who may call is the caller's business (the API lets
// admins, and a person for their own password). Names are folded before they are looked up.
class Accounts {
 public:
  static constexpr const char* kInterface = "swapmeet.accounts/2";
  virtual ~Accounts() = default;

  // May people make accounts themselves?
  virtual bool open_registration() = 0;
  // `already_exists`; `invalid_argument` (name, or password shorter than 8 characters); also for
  // names that look like somebody in charge ("admin"), unless `by_admin`.
  virtual Result<Account> create(const std::string& name, const std::string& password,
                                 bool by_admin) = 0;
  virtual Result<Page<Account>> list(const PageRequest& page) = 0;
  virtual Result<Account> get(const std::string& name) = 0;  // `not_found`
  // Sessions of an account end when its password changes, or when it is disabled or banned.
  // `not_allowed`: the old password is wrong.
  virtual Result<Account> change(const std::string& name, const AccountChange& change) = 0;
  virtual Result<void> remove(const std::string& name) = 0;  // `not_found`

  // Id and times are given here, but for `expires`, which is the caller's.
  virtual Result<IssuedInvitation> invite(const Invitation& wanted) = 0;
  virtual Result<std::vector<Invitation>> invitations() = 0;  // those that can still be used
  virtual Result<void> withdraw_invitation(const std::string& id) = 0;  // `not_found`
  // As create(); the invitation is used up when there is an account. `not_found`: it was used, has
  // run out, or never was.
  virtual Result<Account> join(const std::string& code, const std::string& name,
                               const std::string& password) = 0;
};

}  // namespace swapmeet
