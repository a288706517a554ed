#include "host/api/api.h"
#include "host/api/auditing.h"
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

std::string name_of(const http::Request& request) {
  return folded_account_name(request.params.at("name"));
}

bool is_own(const http::Request& request) {
  return !request.identity.is_guest() && request.identity.account == name_of(request);
}

Result<http::Response> answer(const Result<Account>& account, int status = 200) {
  if (!account) return account.error();
  return http::json(wire::to_json(*account), status);
}

// By an admin, by whoever has an invitation, or by anybody where registration is open.
Result<http::Response> create(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  auto wanted = body_of<wire::Credentials>(request);
  const bool is_invited = wanted && !wanted->invitation.empty();
  if (!is_admin(request) && !is_invited && !accounts.open_registration())
    return not_yours("make accounts here: registration is not open, and no invitation was sent");
  if (!wanted) return std::move(wanted).error();
  if (auto rate = check_rate(context, request, Limited::new_accounts); !rate)
    return std::move(rate).error();
  const auto made = is_invited
                        ? accounts.join(wanted->invitation, wanted->account, wanted->password)
                        : accounts.create(wanted->account, wanted->password, is_admin(request));
  if (made) {
    tell_account_changed(context, made->name, "made");
    record(context, request, "account.made", made->name, is_invited ? "by invitation" : "");
  }
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
  return answer(accounts.get(name_of(request)));
}

// What of an account was changed, in a line.
std::string text_of(const AccountChange& change) {
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : " ") + what; };
  const auto add_list = [&](const std::string& what, const std::vector<std::string>& items) {
    std::string list;
    for (const auto& item : items) list += (list.empty() ? "" : ",") + item;
    add(what + "=" + list);
  };
  if (change.password) add("password");
  if (change.groups) add_list("groups", *change.groups);
  if (change.roles) add_list("roles", *change.roles);
  if (change.disabled) add(*change.disabled ? "disabled" : "enabled");
  if (change.ban && !*change.ban) add("ban lifted");
  if (change.ban && *change.ban) {
    const auto& ban = **change.ban;
    add("banned until " + (ban.until ? to_rfc3339(*ban.until) : std::string("it is lifted")) +
        ": " + ban.reason);
  }
  return text;
}

bool may_use(const Account& account) { return !account.disabled && !account.ban; }

// What an account may see, its watches may.
void tell(const ApiContext& context, const http::Request& request, const Account& account,
          const AccountChange& change) {
  tell_account_changed(context, account.name, "changed");
  record(context, request, "account.changed", account.name, text_of(change));
  if (context.watch_list)
    context.watch_list->change_viewer(
        account.name, may_use(account) ? std::optional(Identity{.account = account.name,
                                                                .groups = account.groups,
                                                                .roles = account.roles})
                                       : std::nullopt);
}

// Whoever finds a session open must not take the account over with it.
Result<void> check_old_password(const ApiContext& context, const http::Request& request,
                                AccountChange& wanted) {
  if (!wanted.password || !is_own(request)) {
    wanted.old_password.reset();
    return {};
  }
  if (!wanted.old_password)
    return Error{ErrorCode::not_allowed,
                 "who changes their own password sends the old one, too, as old_password",
                 {}};
  return context.auth ? context.auth->begin_confirming(name_of(request)) : Result<void>();
}

// An admin changes anything of anyone; a person their own password.
Result<http::Response> change(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  if (!is_admin(request) && !is_own(request)) return not_yours("change another account");
  auto wanted = body_of<AccountChange>(request);
  if (!wanted) return std::move(wanted).error();
  if (!is_admin(request) && (wanted->groups || wanted->roles || wanted->disabled || wanted->ban))
    return not_yours("change groups, roles, bans or disabled; the password is yours to change");
  if (auto checked = check_old_password(context, request, *wanted); !checked)
    return std::move(checked).error();
  const auto changed = accounts.change(name_of(request), *wanted);
  if (changed && wanted->old_password && context.auth) context.auth->confirmed(name_of(request));
  if (changed) tell(context, request, *changed, *wanted);
  return answer(changed);
}

Result<http::Response> remove(const ApiContext& context, Accounts& accounts,
                              http::Request& request) {
  if (!is_admin(request)) return not_yours("remove accounts");
  const auto name = name_of(request);
  auto removed = accounts.remove(name);
  if (!removed) return std::move(removed).error();
  tell_account_changed(context, name, "removed");
  record(context, request, "account.removed", name);
  if (context.watch_list) context.watch_list->change_viewer(name, std::nullopt);
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
