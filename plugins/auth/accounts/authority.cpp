#include "auth/accounts/authority.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "auth/accounts/rules.h"
#include "swapmeet/digest.h"
#include "swapmeet/listing.h"
#include "swapmeet/random.h"
#include "swapmeet/text.h"

namespace swapmeet::auth_accounts {
namespace {

constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kMostInvitations = 10'000;
constexpr const char* kSetUp = "set-up";
constexpr std::chrono::hours kSetUpFor{24};
constexpr std::chrono::minutes kNoted{1};  // log-ins that follow sooner are not written

Error banned(const AccountBan& ban) {
  return {ErrorCode::not_allowed,
          "the account is banned " +
              (ban.until ? "until " + to_rfc3339(*ban.until) : std::string("for good")) + ": " +
              ban.reason,
          {}};
}

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
    auto hash = authority->passwords_.take_slot().hash(random_hex(16));
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

// Without a ban that is over.
Account Authority::as_told(Account account) const {
  if (account.ban && account.ban->until && *account.ban->until <= clock_.now()) account.ban.reset();
  return account;
}

bool Authority::may_log_in(const Account& account) const {
  return !account.disabled && !as_told(account).ban;
}

Result<std::optional<Grant>> Authority::check(const LogIn& wanted) {
  const auto slot = passwords_.take_slot();
  // As it is now: when it changes while the hash is computed, the session is over from the start.
  const auto known = directory_.find(folded_account_name(wanted.account));
  const bool right = wanted.password.size() <= kLongestPassword &&
                     slot.verify(known ? known->password : nobodys_hash_, wanted.password);
  if (!known) return std::optional<Grant>();
  if (!right || known->account.disabled) return unauthenticated("wrong password, or disabled");
  if (const auto ban = as_told(known->account).ban) return banned(*ban);
  note_login(*known, wanted.password, slot);
  return std::optional(grant_of(*known));
}

Result<std::optional<Grant>> Authority::current(const std::string& account) {
  const auto known = directory_.find(account);
  if (!known || !may_log_in(known->account)) return std::optional<Grant>();
  return std::optional(grant_of(*known));
}

// When it was; and when the cost was changed, this is the moment when the password is at hand.
// Failing is no reason to turn its owner away.
void Authority::note_login(const StoredAccount& known, std::string_view password,
                           const Passwords::Slot& slot) {
  const auto now = clock_.now();
  const bool is_outdated = slot.is_outdated(known.password);
  if (!is_outdated && known.account.last_login && now - *known.account.last_login < kNoted) return;
  const auto kept = sqlite::attempt([&]() -> Result<void> {
    std::string renewed;
    if (is_outdated) {
      auto hash = slot.hash(password);
      if (!hash) return std::move(hash).error();
      renewed = std::move(*hash);
    }
    auto edited = directory_.edit(known.account.name, [&](StoredAccount& stored) {
      if (stored.key != known.key || stored.password != known.password) return false;
      if (is_outdated) stored.password = renewed;
      stored.account.last_login = now;
      return true;
    });
    if (!edited) return std::move(edited).error();
    return {};
  });
  if (!kept)
    log_(LogLevel::warning, is_outdated ? "a password keeps its old cost" : "a log-in is not noted",
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

Result<Account> Authority::create(const std::string& typed, const std::string& password,
                                  bool by_admin) {
  StoredAccount stored;
  stored.account.name = folded_account_name(typed);
  if (!by_admin)
    if (auto checked = check_not_reserved(stored.account.name); !checked)
      return std::move(checked).error();
  return make(std::move(stored), password, "");
}

Result<Account> Authority::make(StoredAccount stored, const std::string& password,
                                const std::string& code) {
  const auto name = stored.account.name;
  if (auto checked = check_account_name(name); !checked) return std::move(checked).error();
  if (auto checked = check_password(password); !checked) return std::move(checked).error();
  if (directory_.find(name))  // before the work of hashing
    return Error{ErrorCode::already_exists, "there is an account '" + name + "' already", {}};
  return sqlite::attempt([&]() -> Result<Account> {
    auto hash = passwords_.take_slot().hash(password);
    if (!hash) return std::move(hash).error();
    stored.account.created = clock_.now();
    stored.password = std::move(*hash);
    stored.epoch = fresh_epoch();
    auto added = directory_.add(std::move(stored), policy().max_accounts, code);
    if (!added) return std::move(added).error();
    log_(LogLevel::info, "account made", {{"account", name}});
    return (*added)->account;
  });
}

Result<Page<Account>> Authority::list(const PageRequest& page) {
  auto all = directory_.list(page);
  for (auto& account : all.items) account = as_told(std::move(account));
  return all;
}

Result<Account> Authority::get(const std::string& typed) {
  const auto name = folded_account_name(typed);
  const auto found = directory_.find(name);
  if (found) return as_told(found->account);
  return Error{ErrorCode::not_found, "there is no account '" + name + "'", {}};
}

Result<Account> Authority::change(const std::string& typed, const AccountChange& change) {
  const auto name = folded_account_name(typed);
  if (auto checked = check_change(change); !checked) return std::move(checked).error();
  if (auto known = get(name); !known) return std::move(known).error();
  return sqlite::attempt([&]() -> Result<Account> {
    std::string hash;
    if (change.password) {
      const auto slot = passwords_.take_slot();
      const auto known = directory_.find(name);
      if (change.old_password && (!known || !slot.verify(known->password, *change.old_password)))
        return Error{ErrorCode::not_allowed, "the old password is wrong", {}};
      auto hashed = slot.hash(*change.password);
      if (!hashed) return std::move(hashed).error();
      hash = std::move(*hashed);
    }
    auto edited = directory_.edit(name, [&](StoredAccount& stored) {
      if (change.password) stored.password = hash;
      if (change.groups) stored.account.groups = *change.groups;
      if (change.roles) stored.account.roles = *change.roles;
      if (change.disabled) stored.account.disabled = *change.disabled;
      if (change.ban) stored.account.ban = *change.ban;
      // Sessions end, and do not come back when the account may be used again.
      if (change.password || change.disabled.value_or(false) || (change.ban && *change.ban))
        stored.epoch = fresh_epoch();
      return true;
    });
    if (!edited) return std::move(edited).error();
    tell(name);
    return as_told((*edited)->account);
  });
}

Result<void> Authority::remove(const std::string& typed) {
  const auto name = folded_account_name(typed);
  return sqlite::attempt([&]() -> Result<void> {
    auto removed = directory_.remove(name);
    if (!removed) return removed;
    tell(name);
    return {};
  });
}

Result<IssuedInvitation> Authority::invite(const Invitation& wanted) {
  AccountChange rights;
  rights.groups = wanted.groups;
  rights.roles = wanted.roles;
  if (auto checked = check_change(rights); !checked) return std::move(checked).error();
  if (wanted.note.size() > 500 || !is_utf8(wanted.note) || has_unicode_control(wanted.note))
    return invalid_argument(
        "the note must have at most 500 bytes of UTF-8 without control characters");
  return sqlite::attempt([&]() -> Result<IssuedInvitation> {
    IssuedInvitation issued{wanted, random_hex(kCodeBytes)};
    issued.invitation.id = random_hex(kIdBytes);
    issued.invitation.made = clock_.now();
    directory_.invitations(clock_.now());  // those that have run out go
    if (auto kept = directory_.invite({issued.invitation, sha256(issued.code)}, kMostInvitations);
        !kept)
      return std::move(kept).error();
    return issued;
  });
}

Result<std::vector<Invitation>> Authority::invitations() {
  return sqlite::attempt([&]() -> Result<std::vector<Invitation>> {
    std::vector<Invitation> all;
    for (auto& one : directory_.invitations(clock_.now())) all.push_back(std::move(one.invitation));
    return all;
  });
}

Result<void> Authority::withdraw_invitation(const std::string& id) {
  return sqlite::attempt([&] { return directory_.withdraw_invitation(id); });
}

Result<Account> Authority::join(const std::string& code, const std::string& name,
                                const std::string& password) {
  return sqlite::attempt([&]() -> Result<Account> {
    const auto digest = sha256(code);
    const auto all = directory_.invitations(clock_.now());
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.code == digest; });
    if (found == all.end()) return no_such_invitation();
    StoredAccount stored;
    stored.account.name = folded_account_name(name);
    stored.account.groups = found->invitation.groups;
    stored.account.roles = found->invitation.roles;
    const auto& roles = stored.account.roles;
    if (std::find(roles.begin(), roles.end(), "admin") == roles.end())
      if (auto checked = check_not_reserved(stored.account.name); !checked)
        return std::move(checked).error();
    return make(std::move(stored), password, digest);
  });
}

Result<std::string> Authority::set_up_code() {
  return sqlite::attempt([&]() -> Result<std::string> {
    for (const auto& one : directory_.invitations(clock_.now()))
      if (one.invitation.made_by == kSetUp)
        if (auto gone = directory_.withdraw_invitation(one.invitation.id); !gone)
          return std::move(gone).error();
    if (directory_.has_admin()) return std::string();
    auto issued = invite({.id = {},
                          .made_by = kSetUp,
                          .note = "makes the first admin",
                          .made = {},
                          .expires = clock_.now() + kSetUpFor,
                          .groups = {},
                          .roles = {"admin"}});
    if (!issued) return std::move(issued).error();
    return std::move(issued->code);
  });
}

}  // namespace swapmeet::auth_accounts
