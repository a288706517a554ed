// The table as people look at it: lists of sessions and keys, and the ending of one.
#include <algorithm>
#include <utility>

#include "host/auth/session_table.h"
#include "swapmeet/digest.h"
#include "swapmeet/random.h"

namespace swapmeet {
namespace {

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kKeyBytes = 32;

std::string id_of_digest(const std::string& digest) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(digest.data()), digest.size())
      .substr(0, kIdDigits);
}

Error no_such_session(const std::string& id) {
  return {ErrorCode::not_found, "there is no session and no key '" + id + "'", {}};
}

wire::ApiKey key_of(const StoredSession& stored) {
  return {.id = id_of_digest(stored.digest),
          .name = stored.name,
          .account = stored.account.second,
          .scopes = stored.scopes,
          .made = stored.started,
          .expires = stored.expires};
}

}  // namespace

std::string SessionTable::id_of(std::string_view token) { return id_of_digest(sha256(token)); }

Result<wire::ApiKey> SessionTable::make_key(const AccountKey& account, const std::string& name,
                                            const Scopes& scopes, Time expires) {
  const std::lock_guard writing(writing_);
  auto grant = known(account);
  if (!grant && account == kOwner)
    grant = Grant{.account = "owner", .groups = {}, .roles = {"admin"}};
  if (!grant) return Error{ErrorCode::not_found, "the account has logged out meanwhile", {}};
  {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.find(account);
    if (found != accounts_.end() && found->second->keys.size() >= bounds_.of_account)
      return too_many("an account may have " + std::to_string(bounds_.of_account) +
                      " keys; remove some first");
  }
  const auto token = "key." + random_hex(kKeyBytes);
  const StoredSession stored{.digest = sha256(token),
                             .account = account,
                             .started = clock_.now(),
                             .expires = expires,
                             .address = {},
                             .agent = {},
                             .name = name,
                             .scopes = names_of(scopes)};
  return sqlite::attempt([&]() -> Result<wire::ApiKey> {
    store_.put(account, *grant, stored);
    show(stored, *grant);
    auto key = key_of(stored);
    key.token = token;
    return key;
  });
}

std::optional<AccountKey> SessionTable::account_of(std::string_view token) const {
  const std::shared_lock lock(mutex_);
  const auto* entry = find(token);
  if (!entry) return std::nullopt;
  return entry->account->key;
}

std::vector<wire::SessionInfo> SessionTable::sessions(const std::string& account,
                                                      std::string_view token) const {
  const auto own = sha256(token);
  std::vector<wire::SessionInfo> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [key, one] : accounts_) {
      if (key.second != account) continue;
      for (const auto& [started, digest] : one->sessions) {
        const auto& stored = sessions_.at(digest).session;
        all.push_back({id_of_digest(digest), account, started, stored.expires, stored.address,
                       stored.agent, digest == own});
      }
    }
  }
  std::ranges::sort(all, std::greater<>(), &wire::SessionInfo::started);
  return all;
}

std::vector<wire::ApiKey> SessionTable::keys(const std::string& account) const {
  std::vector<wire::ApiKey> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [key, one] : accounts_) {
      if (key.second != account) continue;
      for (const auto& digest : one->keys) all.push_back(key_of(sessions_.at(digest).session));
    }
  }
  std::ranges::sort(all, std::greater<>(), &wire::ApiKey::made);
  return all;
}

Result<std::string> SessionTable::owner_of(const std::string& id) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [digest, entry] : sessions_)
    if (id_of_digest(digest) == id) return entry.account->key.second;
  return no_such_session(id);
}

Result<void> SessionTable::end_one(const std::string& id) {
  const std::lock_guard writing(writing_);
  std::vector<std::string> digests;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [digest, entry] : sessions_)
      if (id_of_digest(digest) == id) digests.push_back(digest);
  }
  if (digests.empty()) return no_such_session(id);
  hide(digests);
  return sqlite::attempt([&]() -> Result<void> {
    store_.remove(digests);
    return {};
  });
}

}  // namespace swapmeet
