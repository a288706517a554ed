// Keys for programs: a script, a peer, Prometheus.
#include <algorithm>

#include "host/api/api.h"
#include "host/api/auditing.h"
#include "host/api/request.h"
#include "host/auth/session_table.h"
#include "swapmeet/listing.h"
#include "swapmeet/text.h"

namespace swapmeet {
namespace {

constexpr std::uint64_t kUsualKeyDays = 365;
constexpr std::uint64_t kMostKeyDays = 3660;
constexpr std::size_t kLongestKeyName = 100;

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ",") + word;
  return list;
}

Result<void> check_wanted(const wire::KeyRequest& wanted) {
  if (wanted.name.empty() || wanted.name.size() > kLongestKeyName || !is_utf8(wanted.name) ||
      has_unicode_control(wanted.name))
    return invalid_argument(
        "the name of a key must have 1 to 100 bytes of UTF-8 without control characters");
  if (wanted.days > kMostKeyDays) return invalid_argument("a key lasts 3660 days at most");
  return {};
}

// Whose it becomes: the account that asks, or the owner.
Result<AccountKey> key_holder(const SessionTable& table, const http::Request& request) {
  if (auto account = table.account_of(request.bearer())) return *account;
  if (request.identity.account == kOwner.second) return kOwner;
  return unauthenticated("log in first: guests have no keys");
}

Result<http::Response> make_key(const ApiContext& context, http::Request& request) {
  auto& table = context.auth->table();
  const auto account = key_holder(table, request);
  if (!account) return account.error();
  auto wanted = body_of<wire::KeyRequest>(request);
  if (!wanted) return std::move(wanted).error();
  if (auto checked = check_wanted(*wanted); !checked) return std::move(checked).error();
  const auto scopes = scopes_of(wanted->scopes);
  if (!scopes) return scopes.error();
  const bool is_admin = request.identity.has_role("admin");
  if ((scopes->admin || scopes->metrics) && !is_admin)
    return Error{ErrorCode::not_allowed,
                 "only an account with the role admin may have keys with the scopes admin and "
                 "metrics",
                 {}};
  const auto days = wanted->days == 0 ? kUsualKeyDays : wanted->days;
  auto key = table.make_key(*account, wanted->name, *scopes,
                            context.clock.now() + std::chrono::hours(24 * days));
  if (!key) return std::move(key).error();
  record(context, request, "key.made", key->account,
         key->id + " " + key->name + " scopes=" + list_of(key->scopes));
  auto response = http::json(wire::to_json(*key), 201);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Result<http::Response> list_keys(const ApiContext& context, http::Request& request) {
  auto account = key_holder(context.auth->table(), request);
  if (!account) return std::move(account).error();
  if (const auto* other = request.query_value("account")) {
    if (auto person = check_person(request); !person && *other != account->second)
      return std::move(person).error();
    account->second = folded_account_name(*other);
  }
  return http::json(wire::keys_to_json(context.auth->table().keys(account->second)));
}

Result<http::Response> remove_key(const ApiContext& context, http::Request& request) {
  auto& table = context.auth->table();
  const auto account = key_holder(table, request);
  if (!account) return account.error();
  const auto& id = request.params.at("id");
  const auto owner = table.owner_of(id);
  if (!owner || (*owner != account->second && !request.identity.has_role("admin")))
    return Error{ErrorCode::not_found, "there is no key '" + id + "'", {}};
  if (auto ended = table.end_one(id); !ended) return std::move(ended).error();
  record(context, request, "key.removed", *owner, id);
  return no_content();
}

}  // namespace

void add_keys(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [&context = api.context(), call](http::Request& request) -> Result<http::Response> {
              if (!context.auth) return not_here("auth");
              return call(context, request);
            });
  };
  add("POST", "/api/v1/keys", make_key);
  add("GET", "/api/v1/keys", list_keys);
  add("DELETE", "/api/v1/keys/{id}", remove_key);
}

}  // namespace swapmeet
