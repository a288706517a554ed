// account: administering who may use a host.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/human.h"
#include "host/cli/table.h"
#include "host/cli/terminal.h"

namespace swapmeet::cli {
namespace {

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::vector<std::string> split(const std::string& list) {
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

int show(const Session& session, const std::vector<Account>& accounts) {
  Table table({{"NAME", false, true},
               {"GROUPS", false, true},
               {"ROLES", false, true},
               {"STATE"},
               {"MADE"}});
  const auto now = session.clock().now();
  for (const auto& one : accounts)
    table.add({one.name, joined(one.groups), joined(one.roles), one.disabled ? "disabled" : "",
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

Result<std::string> new_password(const std::string& name) {
  auto password = read_password("New password of " + name + ": ");
  if (!password || !input_is_terminal()) return password;
  auto again = read_password("Once more: ");
  if (!again) return again;
  if (*again != *password) return wrong_usage("the two passwords differ");
  return password;
}

Result<Account> changed(Session& session, const std::string& how, const std::string& name,
                        const std::vector<std::string>& words) {
  AccountChange change;
  if (how == "password") {
    auto password = new_password(name);
    if (!password) return std::move(password).error();
    change.password = std::move(*password);
  } else if (how == "groups" || how == "roles") {
    (how == "groups" ? change.groups : change.roles) =
        split(words.size() == 3 ? words[2] : std::string());
  } else {
    change.disabled = how == "disable";
  }
  return session.ask<Account>("PATCH", "/api/v1/accounts/" + wire::percent_encode(name),
                              wire::to_json(change));
}

Result<Account> created(Session& session, const std::string& name) {
  auto password = new_password(name);
  if (!password) return std::move(password).error();
  return session.ask<Account>("POST", "/api/v1/accounts",
                              wire::to_json(wire::Credentials{name, std::move(*password)}));
}

}  // namespace

int account(Session& session) {
  const auto& words = session.words();
  const auto& how = words[0];
  if (how == "list" && words.size() == 1) return list(session);
  const bool lists = how == "groups" || how == "roles";
  const bool known = lists || how == "show" || how == "create" || how == "password" ||
                     how == "disable" || how == "enable" || how == "remove";
  if (!known || words.size() < 2 || words.size() > (lists ? 3 : 2))
    return fail(
        wrong_usage("account goes with list, or show, create, password, groups, roles, "
                    "disable, enable or remove and a NAME; `swapmeet help account`"));
  const auto& name = words[1];
  const auto path = "/api/v1/accounts/" + wire::percent_encode(name);
  if (how == "remove") {
    const auto removed = session.call("DELETE", path);
    if (!removed) return fail(removed.error());
    if (!session.json()) fmt::print("{} is removed\n", name);
    return 0;
  }
  const auto one = how == "show"     ? session.ask<Account>("GET", path)
                   : how == "create" ? created(session, name)
                                     : changed(session, how, name, words);
  if (!one) return fail(one.error());
  return show(session, {*one});
}

}  // namespace swapmeet::cli
