#include "auth/accounts/authority.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "auth/accounts/rules.h"
#include "swapmeet/secret_file.h"

namespace swapmeet::auth_accounts {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTicketLength = std::chrono::minutes(10);
constexpr milliseconds kLongestTicket = std::chrono::hours(1);

std::int64_t fresh_epoch() {
  std::int64_t epoch = 0;
  randombytes_buf(&epoch, sizeof epoch);
  return epoch;
}

Error log_in_first(const std::string& why) {
  return {ErrorCode::unauthenticated,
          why +
              ": log in (POST /api/v1/sessions with account and password) and send the token as "
              "'Authorization: Bearer …'",
          {}};
}

Error wrong_credentials() {
  return {ErrorCode::unauthenticated, "wrong name or password, or the account is disabled", {}};
}

Identity identity_of(const Account& account) {
  return {account.name, account.groups, account.roles};
}

}  // namespace

Result<std::unique_ptr<Authority>> Authority::open(const std::filesystem::path& folder,
                                                   Clock& clock, const Policy& policy, Log log) {
  const auto file = folder / "secret.key";
  if (auto made = read_or_make_secret(file, random_hex(32)); !made) return std::move(made).error();
  auto secret = read_secret(file);  // nobody else may read it, whoever made it
  if (!secret) return std::move(secret).error();
  return sqlite::attempt([&]() -> Result<std::unique_ptr<Authority>> {
    std::unique_ptr<Authority> authority(
        new Authority(folder, *secret, clock, policy, std::move(log)));
    auto slot = authority->passwords_.take_slot();
    if (!slot) return std::move(slot).error();
    auto hash = slot->hash(random_hex(16));
    if (!hash) return std::move(hash).error();
    authority->nobodys_hash_ = std::move(*hash);
    return authority;
  });
}

Authority::Authority(const std::filesystem::path& folder, const std::string& secret, Clock& clock,
                     const Policy& policy, Log log)
    : clock_(clock),
      log_(std::move(log)),
      policy_(policy),
      directory_(folder),
      signer_(secret),
      passwords_(policy.cost),
      attempts_(clock, policy.limits) {}

Policy Authority::policy() const {
  const std::shared_lock lock(mutex_);
  return policy_;
}

void Authority::set_policy(const Policy& policy) {
  passwords_.set_cost(policy.cost);
  attempts_.set_limits(policy.limits);
  const std::unique_lock lock(mutex_);
  policy_ = policy;
}

Result<Identity> Authority::identify(std::string_view token) {
  if (token.empty()) {
    const auto guests = policy().guests;
    if (guests == Guests::refuse) return log_in_first("guests have no access here");
    Identity guest;
    guest.read_only = guests == Guests::read;
    return guest;
  }
  const auto claims = signer_.read_session(token);
  if (!claims) return log_in_first("this is no session of this host");
  if (claims->expires <= clock_.now()) return log_in_first("the session has run out");
  const auto known = directory_.find(claims->account);
  if (!known || known->epoch != claims->epoch || known->account.disabled)
    return log_in_first("the session has ended, for its account has changed");
  return identity_of(known->account);
}

Result<Session> Authority::log_in(std::string_view account, std::string_view password,
                                  std::string_view address) {
  auto slot = passwords_.take_slot();
  if (!slot) return std::move(slot).error();
  const std::string name(account);
  // As it is now: when it changes while the hash is computed, the session is over from the start.
  const auto known = directory_.find(name);
  const LogField from{"address", std::string(address)};
  const LogField who{"account", known ? name : "(unknown)"};
  if (auto allowed = attempts_.begin(account, address); !allowed) {
    log_(LogLevel::debug, "log-in refused", {who, from, {"why", allowed.error().message}});
    return std::move(allowed).error();
  }
  const bool right = password.size() <= kLongestPassword &&
                     slot->verify(known ? known->password : nobodys_hash_, password);
  if (!known || !right || known->account.disabled) {
    log_(LogLevel::info, "log-in failed", {who, from});
    return wrong_credentials();
  }
  attempts_.succeeded(account, address);
  if (slot->is_outdated(known->password)) renew_hash(*known, password, *slot);
  log_(LogLevel::info, "logged in", {who, from});
  const auto expires = clock_.now() + policy().session_length;
  return Session{signer_.session({known->key, known->epoch, expires}), expires,
                 identity_of(known->account)};
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

Result<std::string> Authority::issue_ticket(const TicketClaims& claims) {
  const auto now = clock_.now();
  auto granted = claims;
  if (claims.expires == Time{}) granted.expires = now + kTicketLength;
  granted.expires = std::min(granted.expires, Time(now + kLongestTicket));
  if (!granted.account.empty())
    if (auto checked = check_account_name(granted.account); !checked && granted.account != "owner")
      return std::move(checked).error();
  return signer_.ticket(granted);
}

Result<TicketClaims> Authority::check_ticket(std::string_view ticket) {
  auto claims = signer_.read_ticket(ticket);
  if (!claims)
    return Error{ErrorCode::unauthenticated, "the ticket is not from here, or was changed", {}};
  if (claims->expires <= clock_.now())
    return Error{ErrorCode::not_allowed, "the ticket has run out; ask the index for a new one", {}};
  return std::move(*claims);
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
    return (*edited)->account;
  });
}

Result<void> Authority::remove(const std::string& name) {
  return sqlite::attempt([&]() -> Result<void> {
    auto removed = directory_.remove(name);
    if (removed) log_(LogLevel::info, "account removed", {{"account", name}});
    return removed;
  });
}

}  // namespace swapmeet::auth_accounts
