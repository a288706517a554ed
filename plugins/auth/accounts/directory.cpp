#include "auth/accounts/directory.h"

#include <algorithm>

namespace swapmeet::auth_accounts {
namespace {
Error no_such(const std::string& name) {
  return {ErrorCode::not_found, "there is no account '" + name + "'", {}};
}
}  // namespace

Error no_such_invitation() {
  return {ErrorCode::not_found,
          "there is no such invitation: it was used, has run out or was withdrawn; ask for another",
          {}};
}

Directory::Directory(const std::filesystem::path& folder) : store_(folder) {
  for (auto& stored : store_.all()) show(std::make_shared<const StoredAccount>(std::move(stored)));
}

void Directory::show(const Entry& entry) {
  const std::unique_lock lock(mutex_);
  by_name_[entry->account.name] = entry;
}

Directory::Entry Directory::find(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

Page<Account> Directory::list(const PageRequest& wanted) const {
  Page<Account> page;
  const std::shared_lock lock(mutex_);
  for (auto at = by_name_.upper_bound(wanted.after); at != by_name_.end(); ++at) {
    if (page.items.size() == wanted.limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(at->second->account);
  }
  return page;
}

std::size_t Directory::size() const {
  const std::shared_lock lock(mutex_);
  return by_name_.size();
}

Result<Directory::Entry> Directory::add(StoredAccount account, std::size_t most,
                                        const std::string& code) {
  const std::lock_guard writing(writing_);
  if (find(account.account.name))
    return Error{ErrorCode::already_exists,
                 "there is an account '" + account.account.name + "' already",
                 {}};
  if (size() >= most)
    return Error{
        ErrorCode::too_many,
        "this host keeps no more accounts ([auth] max_accounts is " + std::to_string(most) + ")",
        {}};
  std::string invitation;
  if (!code.empty()) {
    for (const auto& one : store_.invitations())
      if (one.code == code) invitation = one.invitation.id;
    if (invitation.empty()) return no_such_invitation();
  }
  account.key = invitation.empty() ? store_.insert(account) : store_.insert(account, invitation);
  auto entry = std::make_shared<const StoredAccount>(std::move(account));
  show(entry);
  return Entry(entry);
}

Result<Directory::Entry> Directory::edit(const std::string& name,
                                         const std::function<bool(StoredAccount&)>& edit) {
  const std::lock_guard writing(writing_);
  auto old = find(name);
  if (!old) return no_such(name);
  StoredAccount changed = *old;
  if (!edit(changed)) return old;
  store_.update(changed);
  auto entry = std::make_shared<const StoredAccount>(std::move(changed));
  show(entry);
  return Entry(entry);
}

Result<void> Directory::remove(const std::string& name) {
  const std::lock_guard writing(writing_);
  const auto old = find(name);
  if (!old) return no_such(name);
  store_.remove(old->key);
  const std::unique_lock lock(mutex_);
  by_name_.erase(name);
  return {};
}

bool Directory::has_admin() const {
  const std::shared_lock lock(mutex_);
  return std::any_of(by_name_.begin(), by_name_.end(), [](const auto& one) {
    const auto& roles = one.second->account.roles;
    return std::find(roles.begin(), roles.end(), "admin") != roles.end();
  });
}

Result<void> Directory::invite(const StoredInvitation& invitation, std::size_t most) {
  const std::lock_guard writing(writing_);
  if (store_.invitations().size() >= most)
    return Error{ErrorCode::too_many,
                 "there are " + std::to_string(most) + " invitations already; withdraw some first",
                 {}};
  store_.insert(invitation);
  return {};
}

std::vector<StoredInvitation> Directory::invitations(Time now) {
  const std::lock_guard writing(writing_);
  auto all = store_.invitations();
  for (const auto& one : all)
    if (one.invitation.expires <= now) store_.remove_invitation(one.invitation.id);
  std::erase_if(all, [&](const auto& one) { return one.invitation.expires <= now; });
  return all;
}

Result<void> Directory::withdraw_invitation(const std::string& id) {
  const std::lock_guard writing(writing_);
  if (store_.remove_invitation(id)) return {};
  return no_such_invitation();
}

}  // namespace swapmeet::auth_accounts
