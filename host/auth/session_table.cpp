#include "host/auth/session_table.h"

#include <algorithm>
#include <utility>

#include "swapmeet/digest.h"
#include "swapmeet/random.h"

namespace swapmeet {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kKind = "auth.";
constexpr std::string_view kKeyKind = "key.";

// As it is kept: a version may be made of a secret.
Grant kept(Grant grant) {
  if (!grant.version.empty()) grant.version = sha256_hex(grant.version);
  return grant;
}

Identity identity_of(const Grant& grant) { return {grant.account, grant.groups, grant.roles}; }

// "htpasswd.8c1f…": who sees one knows where it is from.
std::string fresh_token(std::string_view plugin) {
  if (plugin.starts_with(kKind)) plugin.remove_prefix(kKind.size());
  return std::string(plugin) + '.' + random_hex(kTokenBytes);
}

Error changed_meanwhile() {
  return unauthenticated("the account has changed while it was logged in; try again");
}

}  // namespace

SessionTable::Meanwhile::Meanwhile(SessionTable& table) : table_(table) {
  const std::lock_guard writing(table_.writing_);
  table_.asking_.insert(this);
}

SessionTable::Meanwhile::~Meanwhile() {
  const std::lock_guard writing(table_.writing_);
  table_.asking_.erase(this);
}

SessionTable::SessionTable(const std::filesystem::path& data, Clock& clock,
                           const SessionBounds& bounds)
    : clock_(clock), bounds_(bounds), store_(data) {
  const auto stored = store_.accounts();
  const std::map<AccountKey, Grant> grants(stored.begin(), stored.end());
  for (const auto& session : store_.sessions())
    if (const auto grant = grants.find(session.account); grant != grants.end())
      show(session, grant->second);
}

void SessionTable::show(const StoredSession& session, const Grant& grant) {
  const std::unique_lock lock(mutex_);
  auto& account = accounts_[session.account];
  if (!account) account = std::make_shared<Account>(Account{.key = session.account});
  account->grant = grant;
  account->identity = identity_of(grant);
  Scopes scopes;
  if (session.name.empty()) {
    account->sessions.emplace(session.started, session.digest);
    by_start_.emplace(session.started, session.digest);
  } else {
    account->keys.insert(session.digest);
    scopes = scopes_of(session.scopes).value_or(Scopes());
  }
  sessions_[session.digest] = {account, session, scopes};
}

void SessionTable::hide(const std::vector<std::string>& digests) {
  const auto erase = [](auto& from, Time at, const std::string& digest) {
    const auto [first, last] = from.equal_range(at);
    const auto found =
        std::find_if(first, last, [&](const auto& one) { return one.second == digest; });
    if (found != last) from.erase(found);
  };
  const std::unique_lock lock(mutex_);
  for (const auto& digest : digests) {
    const auto found = sessions_.find(digest);
    if (found == sessions_.end()) continue;
    auto& account = *found->second.account;
    const auto started = found->second.session.started;
    erase(by_start_, started, digest);
    erase(account.sessions, started, digest);
    account.keys.erase(digest);
    if (account.sessions.empty() && account.keys.empty()) accounts_.erase(AccountKey(account.key));
    sessions_.erase(digest);
  }
}

bool SessionTable::hide(const AccountKey& key) {
  std::vector<std::string> digests;
  {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.find(key);
    if (found == accounts_.end()) return false;
    for (const auto& [started, digest] : found->second->sessions) digests.push_back(digest);
    digests.insert(digests.end(), found->second->keys.begin(), found->second->keys.end());
  }
  hide(digests);
  return true;
}

std::optional<Grant> SessionTable::known(const AccountKey& account) const {
  const std::shared_lock lock(mutex_);
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return std::nullopt;
  return found->second->grant;
}

void SessionTable::tell(const AccountKey& account, const std::optional<Grant>& now) {
  for (auto* one : asking_) one->news_[account] = now;
}

// Those that must go so that one more has a place.
std::vector<std::string> SessionTable::surplus(const AccountKey& key) const {
  std::vector<std::string> digests;
  const std::shared_lock lock(mutex_);
  const auto account = accounts_.find(key);
  if (account != accounts_.end() && account->second->sessions.size() >= bounds_.of_account)
    digests.push_back(account->second->sessions.begin()->second);
  else if (by_start_.size() >= bounds_.in_all)
    digests.push_back(by_start_.begin()->second);
  return digests;
}

Result<Session> SessionTable::open(const std::string& plugin, const Grant& granted,
                                   std::chrono::milliseconds length, const Meanwhile& meanwhile,
                                   const Visitor& visitor) {
  auto grant = kept(granted);
  const AccountKey key{plugin, grant.account};
  const std::lock_guard writing(writing_);
  if (const auto news = meanwhile.news_.find(key); news != meanwhile.news_.end()) {
    if (!news->second || news->second->version != grant.version) return changed_meanwhile();
    grant = *news->second;
  }
  const auto token = fresh_token(plugin);
  const auto now = clock_.now();
  const StoredSession session{.digest = sha256(token),
                              .account = key,
                              .started = now,
                              .expires = now + length,
                              .address = visitor.address,
                              .agent = visitor.agent};
  return sqlite::attempt([&]() -> Result<Session> {
    if (const auto before = known(key); before && before->version != grant.version) {
      hide(key);
      store_.remove(key);
    }
    const auto oldest = surplus(key);
    store_.put(key, grant, session);
    hide(oldest);
    show(session, grant);
    store_.remove(oldest);
    tell(key, grant);
    return Session{token, session.expires, identity_of(grant)};
  });
}

const SessionTable::Entry* SessionTable::find(std::string_view token) const {
  const auto found = sessions_.find(sha256(token));
  if (found == sessions_.end() || found->second.session.expires <= clock_.now()) return nullptr;
  return &found->second;
}

std::optional<Identity> SessionTable::identify(std::string_view token) const {
  const std::shared_lock lock(mutex_);
  const auto* entry = find(token);
  if (!entry) return std::nullopt;
  if (entry->session.name.empty()) return entry->account->identity;
  return restricted(entry->account->identity, entry->scopes);
}

std::optional<Scopes> SessionTable::scopes(std::string_view token) const {
  if (!token.starts_with(kKeyKind)) return std::nullopt;
  const std::shared_lock lock(mutex_);
  const auto* entry = find(token);
  if (!entry || entry->session.name.empty()) return std::nullopt;
  return entry->scopes;
}

Result<bool> SessionTable::change_known(const AccountKey& key, const Grant& now) {
  tell(key, now);
  const auto before = known(key);
  if (!before || before == now) return false;
  if (before->version != now.version) return end_known(key);
  {
    const std::unique_lock lock(mutex_);
    auto& account = *accounts_.at(key);
    account.grant = now;
    account.identity = identity_of(now);
  }
  return sqlite::attempt([&]() -> Result<bool> {
    store_.put(key, now);
    return true;
  });
}

Result<bool> SessionTable::end_known(const AccountKey& key) {
  if (!hide(key)) return false;
  return sqlite::attempt([&]() -> Result<bool> {
    store_.remove(key);
    return true;
  });
}

Result<bool> SessionTable::change(const std::string& plugin, const Grant& now) {
  const std::lock_guard writing(writing_);
  return change_known({plugin, now.account}, kept(now));
}

Result<bool> SessionTable::end(const AccountKey& account) {
  const std::lock_guard writing(writing_);
  tell(account, std::nullopt);
  return end_known(account);
}

Result<bool> SessionTable::learn(const AccountKey& account, const std::optional<Grant>& now,
                                 const Meanwhile& meanwhile) {
  const std::lock_guard writing(writing_);
  if (meanwhile.news_.contains(account)) return false;
  if (now) return change_known(account, kept(*now));
  tell(account, std::nullopt);
  return end_known(account);
}

Result<void> SessionTable::keep_only(const std::set<std::string>& plugins) {
  for (const auto& account : accounts())
    if (account != kOwner && !plugins.contains(account.first))
      if (auto ended = end(account); !ended) return std::move(ended).error();
  return {};
}

Result<void> SessionTable::sweep() {
  const std::lock_guard writing(writing_);
  std::vector<std::string> over;
  {
    const auto now = clock_.now();
    const std::shared_lock lock(mutex_);
    for (const auto& [digest, entry] : sessions_)
      if (entry.session.expires <= now) over.push_back(digest);
  }
  hide(over);
  return sqlite::attempt([&]() -> Result<void> {
    store_.remove(over);
    return {};
  });
}

std::vector<AccountKey> SessionTable::accounts() const {
  std::vector<AccountKey> all;
  const std::shared_lock lock(mutex_);
  for (const auto& [key, account] : accounts_) all.push_back(key);
  return all;
}

std::size_t SessionTable::size() const {
  const std::shared_lock lock(mutex_);
  return sessions_.size();
}

}  // namespace swapmeet
