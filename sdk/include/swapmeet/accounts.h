// Accounts that can be administered here: names, groups and roles.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swapmeet/page.h"
#include "swapmeet/result.h"
#include "swapmeet/time.h"

namespace swapmeet {

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
