// The sessions on the disk, DATA/sessions.db: whose they are, and what each account may do. Of a
// token only its SHA-256 is there, so that nobody can log in with what they read. What a call has
// answered is synced. Throws sqlite::Failure.
// Threads: one at a time; the SessionTable sees to that.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/authenticator.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/sqlite/upkeep.h"
#include "swapmeet/time.h"

namespace swapmeet {

// An account of a plugin, by its id and the account's name.
using AccountKey = std::pair<std::string, std::string>;

struct StoredSession {
  std::string digest;  // of the token
  AccountKey account;
  Time started{};
  Time expires{};
  std::string address = {};              // where it was opened
  std::string agent = {};                // and with what program
  std::string name = {};                 // of a key for programs; empty: a session
  std::vector<std::string> scopes = {};  // of a key
};

class SessionStore {
 public:
  // Makes the file, or brings it up to date. A damaged one is `corrupt`.
  explicit SessionStore(const std::filesystem::path& data);
  // To look through, and to copy, with the key that signs tickets.
  static sqlite::KeptStores kept_in(const std::filesystem::path& data);

  std::vector<std::pair<AccountKey, Grant>> accounts();
  std::vector<StoredSession> sessions();  // the oldest first
  void put(const AccountKey& account, const Grant& grant);
  void put(const AccountKey& account, const Grant& grant, const StoredSession& session);
  void remove(const AccountKey& account);  // with its sessions
  void remove(const std::vector<std::string>& digests);

 private:
  sqlite::Database database_;
};

}  // namespace swapmeet
