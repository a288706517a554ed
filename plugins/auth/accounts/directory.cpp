#include "auth/accounts/directory.h"

namespace swapmeet::auth_accounts {
namespace {
Error no_such(const std::string& name) {
  return {ErrorCode::not_found, "there is no account '" + name + "'", {}};
}
}  // namespace

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

Result<Directory::Entry> Directory::add(StoredAccount account, std::size_t most) {
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
  account.key = store_.insert(account);
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

}  // namespace swapmeet::auth_accounts
