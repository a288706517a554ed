#include "host/api/api.h"
#include "host/api/event_news.h"
#include "host/api/request.h"
#include "host/api/watch_list.h"

namespace swapmeet {
namespace {

Error not_yours(const char* what) {
  return {
      ErrorCode::not_allowed, std::string("only an account with the role admin may ") + what, {}};
}

bool is_admin(const http::Request& request) { return request.identity.has_role("admin"); }

bool is_own(const http::Request& request) {
  return !request.identity.is_guest() && request.identity.account == request.params.at("name");
}

Result<http::Response> answer(const Result<Account>& account, int status = 200) {
  if (!account) return account.error();
  return http::json(wire::to_json(*account), status);
}

Result<http::Response> create(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  if (!is_admin(request) && !accounts.open_registration())
    return not_yours("make accounts here: registration is not open");
  auto wanted = body_of<wire::Credentials>(request);
  if (!wanted) return std::move(wanted).error();
  if (auto rate = check_rate(context, request, Limited::new_accounts); !rate)
    return std::move(rate).error();
  const auto made = accounts.create(wanted->account, wanted->password);
  if (made) tell_account_changed(context, made->name, "made");
  return answer(made, 201);
}

Result<http::Response> list(Accounts& accounts, http::Request& request) {
  if (!is_admin(request)) return not_yours("list the accounts");
  auto page = page_of(request);
  if (!page) return std::move(page).error();
  auto all = accounts.list(*page);
  if (!all) return std::move(all).error();
  return http::json(wire::to_json(*all));
}

Result<http::Response> get(Accounts& accounts, http::Request& request) {
  if (!is_admin(request) && !is_own(request)) return not_yours("read another account");
  return answer(accounts.get(request.params.at("name")));
}

// An admin changes anything of anyone; a person their own password. What an account may see, its
// watches may.
Result<http::Response> change(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  if (!is_admin(request) && !is_own(request)) return not_yours("change another account");
  auto wanted = body_of<AccountChange>(request);
  if (!wanted) return std::move(wanted).error();
  if (!is_admin(request) && (wanted->groups || wanted->roles || wanted->disabled))
    return not_yours("change groups, roles or disabled; the password is yours to change");
  const auto changed = accounts.change(request.params.at("name"), *wanted);
  if (changed) tell_account_changed(context, changed->name, "changed");
  if (changed && context.watch_list)
    context.watch_list->change_viewer(
        changed->name, changed->disabled ? std::nullopt
                                         : std::optional(Identity{.account = changed->name,
                                                                  .groups = changed->groups,
                                                                  .roles = changed->roles}));
  return answer(changed);
}

Result<http::Response> remove(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  if (!is_admin(request)) return not_yours("remove accounts");
  auto removed = accounts.remove(request.params.at("name"));
  if (!removed) return std::move(removed).error();
  tell_account_changed(context, request.params.at("name"), "removed");
  if (context.watch_list)
    context.watch_list->change_viewer(request.params.at("name"), std::nullopt);
  return no_content();
}

}  // namespace

void add_accounts(Api& api) {
  const auto add = [&api](const char* method, const char* pattern, auto call) {
    api.add(method, pattern,
            [accounts = api.context().accounts,
             call](http::Request& request) -> Result<http::Response> {
              if (!accounts)
                return Error{ErrorCode::unsupported,
                             "this host has no accounts: [auth] plugin = accounts keeps them",
                             {}};
              return call(*accounts, request);
            });
  };
  const auto telling = [&context = api.context()](auto call) {
    return [&context, call](Accounts& accounts, http::Request& request) {
      return call(context, accounts, request);
    };
  };
  add("POST", "/api/v1/accounts", telling(create));
  add("GET", "/api/v1/accounts", list);
  add("GET", "/api/v1/accounts/{name}", get);
  add("PATCH", "/api/v1/accounts/{name}", telling(change));
  add("DELETE", "/api/v1/accounts/{name}", telling(remove));
}

}  // namespace swapmeet
