#include "auth/accounts/authority.h"

#include <sodium.h>

#include <utility>

#include "auth/accounts/rules.h"
#include "swapmeet/random.h"

namespace swapmeet::auth_accounts {
namespace {

std::int64_t fresh_epoch() {
  std::int64_t epoch = 0;
  randombytes_buf(&epoch, sizeof epoch);
  return epoch;
}

Grant grant_of(const StoredAccount& stored) {
  return {.account = stored.account.name,
          .groups = stored.account.groups,
          .roles = stored.account.roles,
          .version = std::to_string(stored.epoch)};
}

}  // namespace

Result<std::unique_ptr<Authority>> Authority::open(const std::filesystem::path& folder,
                                                   Clock& clock, const Policy& policy,
                                                   Sessions* sessions, Log log) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<Authority>> {
    std::unique_ptr<Authority> authority(
        new Authority(folder, clock, policy, sessions, std::move(log)));
    auto slot = authority->passwords_.take_slot();
    if (!slot) return std::move(slot).error();
    auto hash = slot->hash(random_hex(16));
    if (!hash) return std::move(hash).error();
    authority->nobodys_hash_ = std::move(*hash);
    return authority;
  });
}

Authority::Authority(const std::filesystem::path& folder, Clock& clock, const Policy& policy,
                     Sessions* sessions, Log log)
    : clock_(clock),
      sessions_(sessions),
      log_(std::move(log)),
      policy_(policy),
      directory_(folder),
      passwords_(policy.cost) {}

Policy Authority::policy() const {
  const std::shared_lock lock(mutex_);
  return policy_;
}

void Authority::set_policy(const Policy& policy) {
  passwords_.set_cost(policy.cost);
  const std::unique_lock lock(mutex_);
  policy_ = policy;
}

Result<std::optional<Grant>> Authority::check(const LogIn& wanted) {
  auto slot = passwords_.take_slot();
  if (!slot) return std::move(slot).error();
  // As it is now: when it changes while the hash is computed, the session is over from the start.
  const auto known = directory_.find(wanted.account);
  const bool right = wanted.password.size() <= kLongestPassword &&
                     slot->verify(known ? known->password : nobodys_hash_, wanted.password);
  if (!known) return std::optional<Grant>();
  if (!right || known->account.disabled) return unauthenticated("wrong password, or disabled");
  if (slot->is_outdated(known->password)) renew_hash(*known, wanted.password, *slot);
  return std::optional(grant_of(*known));
}

Result<std::optional<Grant>> Authority::current(const std::string& account) {
  const auto known = directory_.find(account);
  if (!known || known->account.disabled) return std::optional<Grant>();
  return std::optional(grant_of(*known));
}

// The cost was changed: this is the moment when the password is at hand. Failing is no reason to
// turn its owner away.
void Authority::renew_hash(const StoredAccount& known, std::string_view password,
                           const Passwords::Slot& slot) {
  const auto kept = sqlite::attempt([&]() -> Result<void> {
    auto hash = slot.hash(password);
    if (!hash) return std::move(hash).error();
    auto edited = directory_.edit(known.account.name, [&](StoredAccount& stored) {
      if (stored.key != known.key || stored.password != known.password) return false;
      stored.password = *hash;
      return true;
    });
    if (!edited) return std::move(edited).error();
    return {};
  });
  if (!kept)
    log_(LogLevel::warning, "a password keeps its old cost",
         {{"account", known.account.name}, {"why", kept.error().message}});
}

// How it is now, whoever changed it last. If the sessions cannot be told, the host asks by itself.
void Authority::tell(const std::string& account) {
  if (!sessions_) return;
  const std::lock_guard lock(telling_);
  const auto now = *current(account);
  const auto told = now ? sessions_->change(*this, *now) : sessions_->end(*this, account);
  if (!told)
    log_(LogLevel::warning, "sessions of a changed account last a little longer",
         {{"account", account}, {"why", told.error().message}});
}

bool Authority::open_registration() { return policy().open_registration; }

Result<Account> Authority::create(const std::string& name, const std::string& password) {
  if (auto checked = check_account_name(name); !checked) return std::move(checked).error();
  if (auto checked = check_password(password); !checked) return std::move(checked).error();
  if (directory_.find(name))  // before the work of hashing
    return Error{ErrorCode::already_exists, "there is an account '" + name + "' already", {}};
  return sqlite::attempt([&]() -> Result<Account> {
    auto slot = passwords_.take_slot();
    if (!slot) return std::move(slot).error();
    auto hash = slot->hash(password);
    if (!hash) return std::move(hash).error();
    StoredAccount stored;
    stored.account.name = name;
    stored.account.created = clock_.now();
    stored.password = std::move(*hash);
    stored.epoch = fresh_epoch();
    auto added = directory_.add(std::move(stored), policy().max_accounts);
    if (!added) return std::move(added).error();
    log_(LogLevel::info, "account made", {{"account", name}});
    return (*added)->account;
  });
}

Result<Page<Account>> Authority::list(const PageRequest& page) { return directory_.list(page); }

Result<Account> Authority::get(const std::string& name) {
  const auto found = directory_.find(name);
  if (found) return found->account;
  return Error{ErrorCode::not_found, "there is no account '" + name + "'", {}};
}

Result<Account> Authority::change(const std::string& name, const AccountChange& change) {
  if (auto checked = check_change(change); !checked) return std::move(checked).error();
  if (auto known = get(name); !known) return std::move(known).error();
  return sqlite::attempt([&]() -> Result<Account> {
    std::string hash;
    if (change.password) {
      auto slot = passwords_.take_slot();
      if (!slot) return std::move(slot).error();
      auto hashed = slot->hash(*change.password);
      if (!hashed) return std::move(hashed).error();
      hash = std::move(*hashed);
    }
    auto edited = directory_.edit(name, [&](StoredAccount& stored) {
      if (change.password) stored.password = hash;
      if (change.groups) stored.account.groups = *change.groups;
      if (change.roles) stored.account.roles = *change.roles;
      if (change.disabled) stored.account.disabled = *change.disabled;
      // Sessions end, and do not come back when the account is enabled again.
      if (change.password || change.disabled.value_or(false)) stored.epoch = fresh_epoch();
      return true;
    });
    if (!edited) return std::move(edited).error();
    log_(LogLevel::info, "account changed", {{"account", name}});
    tell(name);
    return (*edited)->account;
  });
}

Result<void> Authority::remove(const std::string& name) {
  return sqlite::attempt([&]() -> Result<void> {
    auto removed = directory_.remove(name);
    if (!removed) return removed;
    log_(LogLevel::info, "account removed", {{"account", name}});
    tell(name);
    return {};
  });
}

}  // namespace swapmeet::auth_accounts
