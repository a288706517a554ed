// account: administering who may use a host.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "host/cli/account_commands.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/table.h"
#include "host/cli/terminal.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet::cli {
namespace {

int show(const Session& session, const std::vector<Account>& accounts) {
  Table table({{"NAME", false, true},
               {"GROUPS", false, true},
               {"ROLES", false, true},
               {"STATE", false, true},
               {"LAST LOG-IN"},
               {"MADE"}});
  const auto now = session.clock().now();
  const auto state = [&](const Account& one) {
    if (one.disabled) return std::string("disabled");
    if (!one.ban) return std::string();
    return "banned" + (one.ban->until ? ", ends " + human_time(*one.ban->until, now) : "") + ": " +
           one.ban->reason;
  };
  for (const auto& one : accounts)
    table.add({one.name, joined(one.groups), joined(one.roles), state(one),
               one.last_login ? human_time(*one.last_login, now) : "-",
               human_time(one.created, now)});
  if (session.json() && accounts.size() == 1) return print_json(wire::to_json(accounts[0]));
  table.print();
  return 0;
}

int list(Session& session) {
  const auto all = session.all<Account>("/api/v1/accounts?");
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  return show(session, all->items);
}

// Whose session it is; the old password is asked for when it is one's own.
bool is_own(Session& session, const std::string& name) {
  const auto own = session.ask<std::vector<wire::SessionInfo>>("GET", "/api/v1/sessions");
  if (!own) return false;
  return std::any_of(own->begin(), own->end(), [&](const auto& one) {
    return one.current && one.account == folded_account_name(name);
  });
}

Result<AccountChange> new_password_of(Session& session, const std::string& name) {
  AccountChange change;
  if (is_own(session, name)) {
    auto old = read_password("Old password of " + printable(name) + ": ");
    if (!old) return std::move(old).error();
    change.old_password = std::move(*old);
  }
  auto password = new_password(printable(name));
  if (!password) return std::move(password).error();
  change.password = std::move(*password);
  return change;
}

// account ban NAME REASON
Result<AccountChange> ban_of(const Session& session) {
  const auto days = days_of(session);
  if (!days) return days.error();
  AccountBan ban{session.words()[2], std::nullopt};
  if (*days > 0) ban.until = session.clock().now() + std::chrono::hours(24 * *days);
  AccountChange change;
  change.ban = ban;
  return change;
}

Result<Account> changed(Session& session, const std::string& how, const std::string& name,
                        const std::vector<std::string>& words) {
  AccountChange change;
  if (how == "password" || how == "ban") {
    auto wanted = how == "ban" ? ban_of(session) : new_password_of(session, name);
    if (!wanted) return std::move(wanted).error();
    change = std::move(*wanted);
  } else if (how == "unban") {
    change.ban = std::optional<AccountBan>();
  } else if (how == "groups" || how == "roles") {
    (how == "groups" ? change.groups : change.roles) =
        split_list(words.size() == 3 ? words[2] : std::string());
  } else {
    change.disabled = how == "disable";
  }
  return session.ask<Account>("PATCH", "/api/v1/accounts/" + wire::percent_encode(name),
                              wire::to_json(change));
}

Result<Account> created(Session& session, const std::string& name) {
  auto password = new_password(printable(name));
  if (!password) return std::move(password).error();
  return session.ask<Account>("POST", "/api/v1/accounts",
                              wire::to_json(wire::Credentials{name, std::move(*password)}));
}

// How many words each takes, with its own.
struct Part {
  const char* how;
  std::size_t least;
  std::size_t most;
  int (*run)(Session&) = nullptr;  // nullptr: it is about one account
};
constexpr Part kParts[] = {{"list", 1, 1, list},
                           {"show", 2, 2},
                           {"create", 2, 2},
                           {"password", 2, 2},
                           {"disable", 2, 2},
                           {"enable", 2, 2},
                           {"remove", 2, 2},
                           {"groups", 2, 3},
                           {"roles", 2, 3},
                           {"ban", 3, 3},
                           {"unban", 2, 2},
                           {"invite", 1, 2, account_invite},
                           {"invitations", 1, 1, account_invitations},
                           {"withdraw", 2, 2, account_withdraw},
                           {"join", 2, 3, account_join},
                           {"sessions", 1, 2, account_sessions},
                           {"end", 2, 3, account_end},
                           {"key", 2, 4, account_key},
                           {"audit", 1, 2, account_audit}};

int about_one(Session& session) {
  const auto& words = session.words();
  const auto& how = words[0];
  const auto& name = words[1];
  const auto path = "/api/v1/accounts/" + wire::percent_encode(name);
  if (how == "remove") {
    const auto removed = session.call("DELETE", path);
    if (!removed) return fail(removed.error());
    if (!session.json()) fmt::print("{} is removed\n", printable(name));
    return 0;
  }
  const auto one = how == "show"     ? session.ask<Account>("GET", path)
                   : how == "create" ? created(session, name)
                                     : changed(session, how, name, words);
  if (!one) return fail(one.error());
  return show(session, {*one});
}

}  // namespace

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at <= list.size();) {
    const auto comma = std::min(list.find(',', at), list.size());
    auto item = list.substr(at, comma - at);
    item.erase(0, item.find_first_not_of(' '));
    item.erase(item.find_last_not_of(' ') + 1);
    if (!item.empty()) items.push_back(std::move(item));
    at = comma + 1;
  }
  return items;
}

Result<std::string> new_password(const std::string& name) {
  auto password = read_password("New password of " + name + ": ");
  if (!password || !input_is_terminal()) return password;
  auto again = read_password("Once more: ");
  if (!again) return again;
  if (*again != *password) return wrong_usage("the two passwords differ");
  return password;
}

Result<std::uint64_t> days_of(const Session& session) {
  const auto text = session.arguments().value("--days");
  if (text.empty()) return std::uint64_t{0};
  std::uint64_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc{} || end != text.data() + text.size() || days < 1 || days > 3660)
    return wrong_usage("--days takes a number from 1 to 3660");
  return days;
}

int account(Session& session) {
  const auto& words = session.words();
  for (const auto& part : kParts) {
    if (words[0] != part.how) continue;
    if (words.size() < part.least || words.size() > part.most) break;
    return part.run ? part.run(session) : about_one(session);
  }
  return fail(wrong_usage("that is no way to use account; `swapmeet help account` shows them all"));
}

}  // namespace swapmeet::cli
