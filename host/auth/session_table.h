// The sessions that there are, and the keys for programs, which are sessions with a name, scopes
// and an end of their own: in memory over their store, so that asking whose a token is waits for no
// disk. They are bounded in number, of one account and in all; the oldest sessions go, and no key
// does.
// Threads: thread-safe; identify() waits for nobody but those who change something in memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/auth/scopes.h"
#include "host/auth/session_store.h"
#include "swapmeet/sessions.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet {

struct SessionBounds {
  std::size_t of_account = 50;  // and as many keys
  std::size_t in_all = 50'000;
};

// From where somebody comes, for the list of sessions.
struct Visitor {
  std::string address;
  std::string agent;
};

// Whose keys need no account: whoever has api.token makes them.
inline const AccountKey kOwner{"", "owner"};

class SessionTable {
 public:
  // Opens DATA/sessions.db. Throws sqlite::Failure. The clock must outlive it.
  SessionTable(const std::filesystem::path& data, Clock& clock, const SessionBounds& bounds = {});

  // What becomes known of accounts while a plugin is asked about one: its answer may be older.
  class Meanwhile {
   public:
    explicit Meanwhile(SessionTable& table);
    ~Meanwhile();
    Meanwhile(const Meanwhile&) = delete;
    Meanwhile& operator=(const Meanwhile&) = delete;

   private:
    friend class SessionTable;
    SessionTable& table_;
    std::map<AccountKey, std::optional<Grant>> news_;  // nullopt: it has ended
  };

  // Makes a session of what `plugin` has granted. Sessions of the account that another version
  // granted end. `unauthenticated`: the account has ended, or changed its version, meanwhile.
  Result<Session> open(const std::string& plugin, const Grant& grant,
                       std::chrono::milliseconds length, const Meanwhile& meanwhile,
                       const Visitor& visitor = {});
  std::optional<Identity> identify(std::string_view token) const;
  std::optional<Scopes> scopes(std::string_view token) const;  // nullopt: no key

  // A key of an account that has logged in, or of the owner. `too_many`; `not_found`: the account
  // has no session, and so is not known here.
  Result<wire::ApiKey> make_key(const AccountKey& account, const std::string& name,
                                const Scopes& scopes, Time expires);
  std::optional<AccountKey> account_of(std::string_view token) const;
  // Of one account, or of all; the newest first. `token`: of whoever asks.
  std::vector<wire::SessionInfo> sessions(const std::string& account, std::string_view token) const;
  std::vector<wire::ApiKey> keys(const std::string& account) const;
  // Whose is it? `not_found`.
  Result<std::string> owner_of(const std::string& id) const;
  Result<void> end_one(const std::string& id);  // `not_found`
  static std::string id_of(std::string_view token);

  // What the account may do from now on; true when that was news. An error: the disk fails; in
  // memory it has changed all the same.
  Result<bool> change(const std::string& plugin, const Grant& now);
  Result<bool> end(const AccountKey& account);
  // The same by an answer (nullopt: end), unless there is newer news.
  Result<bool> learn(const AccountKey& account, const std::optional<Grant>& now,
                     const Meanwhile& meanwhile);

  // Those of other plugins than these end.
  Result<void> keep_only(const std::set<std::string>& plugins);
  // Those that have run out go.
  Result<void> sweep();
  std::vector<AccountKey> accounts() const;
  std::size_t size() const;

 private:
  struct Account {
    AccountKey key;
    Grant grant{};
    Identity identity{};
    std::multimap<Time, std::string> sessions{};  // digests, by when they started
    std::set<std::string> keys{};                 // digests
  };
  struct Entry {
    std::shared_ptr<Account> account;
    StoredSession session{};
    Scopes scopes{};  // of a key
  };
  const Entry* find(std::string_view token) const;  // with mutex_ held
  // All of these with writing_ held.
  std::optional<Grant> known(const AccountKey& account) const;
  void tell(const AccountKey& account, const std::optional<Grant>& now);
  Result<bool> change_known(const AccountKey& account, const Grant& now);
  Result<bool> end_known(const AccountKey& account);
  void show(const StoredSession& session, const Grant& grant);
  bool hide(const AccountKey& account);
  void hide(const std::vector<std::string>& digests);
  std::vector<std::string> surplus(const AccountKey& account) const;

  Clock& clock_;
  const SessionBounds bounds_;
  std::mutex writing_;  // one writer; held while the disk works, unlike mutex_
  SessionStore store_;
  std::set<Meanwhile*> asking_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> sessions_;  // by the digest of the token
  std::map<AccountKey, std::shared_ptr<Account>> accounts_;
  std::multimap<Time, std::string> by_start_;
};

}  // namespace swapmeet
