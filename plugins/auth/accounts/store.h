// The accounts' database: what is acknowledged is on disk. Throws sqlite::Failure.
// Threads: one at a time; the Directory sees to that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "swapmeet/accounts.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"

namespace swapmeet::auth_accounts {

struct StoredAccount {
  std::int64_t key = 0;  // never used again, not even after removal
  Account account;
  std::string password;    // as crypto_pwhash_str wrote it
  std::int64_t epoch = 0;  // random; sessions of another one are over
};

struct StoredInvitation {
  Invitation invitation;
  std::string code;  // its SHA-256
};

class Store {
 public:
  explicit Store(const std::filesystem::path& folder);
  // For whoever looks after the folder.
  static sqlite::KeptStores kept_in(const std::filesystem::path& folder);

  std::vector<StoredAccount> all();
  std::int64_t insert(const StoredAccount& account);  // the key; `key` of the argument is ignored
  void update(const StoredAccount& account);          // all but key, name and created
  void remove(std::int64_t key);

  std::vector<StoredInvitation> invitations();
  void insert(const StoredInvitation& invitation);
  bool remove_invitation(const std::string& id);  // false: there is none
  // One that becomes an account: both at once.
  std::int64_t insert(const StoredAccount& account, const std::string& invitation);

 private:
  sqlite::Database database_;
};

}  // namespace swapmeet::auth_accounts
