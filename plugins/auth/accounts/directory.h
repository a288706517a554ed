// All accounts, in memory over their store: reading takes no SQL, writing is on disk before it is
// seen. Throws sqlite::Failure when the disk fails; then nothing has changed.
// Threads: thread-safe; readers never wait for a disk.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "auth/accounts/store.h"
#include "swapmeet/page.h"

namespace swapmeet::auth_accounts {

Error no_such_invitation();

class Directory {
 public:
  using Entry = std::shared_ptr<const StoredAccount>;

  explicit Directory(const std::filesystem::path& folder);

  Entry find(const std::string& name) const;          // nullptr: there is none
  Page<Account> list(const PageRequest& page) const;  // in order of name
  std::size_t size() const;

  // The key is given here. `already_exists`; `too_many`: there are `most` already.
  // `code`: of the invitation that it is made with; empty: none. `not_found`: it was used.
  Result<Entry> add(StoredAccount account, std::size_t most, const std::string& code = {});
  // Runs `edit` on a copy and keeps what it made of it; false from `edit`: it stays as it was.
  // `not_found`.
  Result<Entry> edit(const std::string& name, const std::function<bool(StoredAccount&)>& edit);
  Result<void> remove(const std::string& name);  // `not_found`
  bool has_admin() const;

  // `too_many`.
  Result<void> invite(const StoredInvitation& invitation, std::size_t most);
  // Those that have not run out; others go.
  std::vector<StoredInvitation> invitations(Time now);
  Result<void> withdraw_invitation(const std::string& id);  // `not_found`

 private:
  void show(const Entry& entry);

  std::mutex writing_;  // one writer; held while the disk works, unlike mutex_
  Store store_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Entry> by_name_;
};

}  // namespace swapmeet::auth_accounts
