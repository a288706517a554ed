// account invite, invitations, withdraw, join: how somebody gets an account of their own.
#include <fmt/format.h>

#include "host/cli/account_commands.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/places.h"
#include "host/cli/table.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet::cli {
namespace {

constexpr std::string_view kJoin = "/join#";

}  // namespace

int account_invite(Session& session) {
  wire::InvitationRequest wanted;
  if (session.words().size() > 1) wanted.note = session.words()[1];
  wanted.groups = split_list(session.arguments().value("--groups"));
  wanted.roles = split_list(session.arguments().value("--roles"));
  const auto days = days_of(session);
  if (!days) return fail(days.error());
  wanted.days = *days;
  const auto body = session.call("POST", "/api/v1/invitations", wire::to_json(wanted));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto issued = wire::from_json<IssuedInvitation>(*body);
  if (!issued) return fail(issued.error());
  fmt::print("This makes one account, until {}:\n  swapmeet account join {}{}{} NAME\n",
             to_rfc3339(issued->invitation.expires), session.url(), kJoin, issued->code);
  return 0;
}

int account_invitations(Session& session) {
  const auto body = session.call("GET", "/api/v1/invitations");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto all = wire::from_json<std::vector<Invitation>>(*body);
  if (!all) return fail(all.error());
  Table table({{"ID"},
               {"NOTE", false, true},
               {"GROUPS", false, true},
               {"ROLES"},
               {"BY", false, true},
               {"UNTIL"}});
  const auto now = session.clock().now();
  for (const auto& one : *all)
    table.add({one.id, one.note, joined(one.groups), joined(one.roles), one.made_by,
               human_time(one.expires, now)});
  table.print();
  return 0;
}

int account_withdraw(Session& session) {
  const auto& id = session.words()[1];
  const auto gone = session.call("DELETE", "/api/v1/invitations/" + wire::percent_encode(id));
  if (!gone) return fail(gone.error());
  if (!session.json()) fmt::print("The invitation {} is withdrawn\n", printable(id));
  return 0;
}

// What was sent: the whole link, or the code alone for the host that is meant anyhow.
int account_join(Session& session) {
  const auto& words = session.words();
  auto code = words[1];
  const auto name = words.size() > 2 ? words[2] : environment("USER");
  if (name.empty()) return fail(wrong_usage("say what you want to be called: join LINK NAME"));
  auto arguments = session.arguments();
  if (const auto mark = code.find(kJoin); mark != std::string::npos) {
    arguments.options["--host"] = {code.substr(0, mark)};
    arguments.options.erase("--config");
    code = code.substr(mark + kJoin.size());
  }
  auto there = Session::open(std::move(arguments), session.clock());
  if (!there) return fail(there.error());
  auto password = new_password(printable(name));
  if (!password) return fail(password.error());
  const auto made = there->ask<Account>("POST", "/api/v1/accounts",
                                        wire::to_json(wire::Credentials{name, *password, code}));
  if (!made) return fail(made.error());
  if (session.json()) return print_json(wire::to_json(*made));
  fmt::print("You are {} at {}; `swapmeet login {} --host {}` logs in\n", made->name, there->url(),
             made->name, there->url());
  return 0;
}

}  // namespace swapmeet::cli
