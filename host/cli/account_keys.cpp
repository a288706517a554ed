// account sessions, end, key, audit: who is logged in, what programs may do, who did what.
#include <fmt/format.h>

#include "host/cli/account_commands.h"
#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/table.h"
#include "swapmeet/wire/accounts.h"

namespace swapmeet::cli {
namespace {

int list_keys(Session& session) {
  const auto body = session.call("GET", "/api/v1/keys");
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto all = wire::from_json<std::vector<wire::ApiKey>>(*body);
  if (!all) return fail(all.error());
  Table table({{"ID"}, {"NAME", false, true}, {"SCOPES", false, true}, {"MADE"}, {"UNTIL"}});
  const auto now = session.clock().now();
  for (const auto& one : *all)
    table.add({one.id, one.name, joined(one.scopes), human_time(one.made, now),
               human_time(one.expires, now)});
  table.print();
  return 0;
}

int make_key(Session& session) {
  const auto& words = session.words();
  const auto days = days_of(session);
  if (!days) return fail(days.error());
  const auto body =
      session.call("POST", "/api/v1/keys",
                   wire::to_json(wire::KeyRequest{words[2], split_list(words[3]), *days}));
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto key = wire::from_json<wire::ApiKey>(*body);
  if (!key) return fail(key.error());
  fmt::print("{}\n", key->token);
  fmt::print(stderr, "This is shown once. It is sent as 'Authorization: Bearer …', until {}.\n",
             to_rfc3339(key->expires));
  return 0;
}

}  // namespace

int account_key(Session& session) {
  const auto& words = session.words();
  const auto how = words.size() > 1 ? words[1] : std::string();
  if (how == "list" && words.size() == 2) return list_keys(session);
  if (how == "make" && words.size() == 4) return make_key(session);
  if (how != "remove" || words.size() != 3)
    return fail(wrong_usage(
        "account key goes with list, make NAME SCOPES, or remove ID; scopes are read, share, "
        "metrics and admin"));
  const auto gone = session.call("DELETE", "/api/v1/keys/" + wire::percent_encode(words[2]));
  if (!gone) return fail(gone.error());
  if (!session.json()) fmt::print("The key {} is removed\n", printable(words[2]));
  return 0;
}

int account_sessions(Session& session) {
  const auto& words = session.words();
  const auto whose =
      words.size() > 1 ? "?account=" + wire::percent_encode(words[1]) : std::string();
  const auto body = session.call("GET", "/api/v1/sessions" + whose);
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto all = wire::from_json<std::vector<wire::SessionInfo>>(*body);
  if (!all) return fail(all.error());
  Table table({{"ID"}, {"FROM"}, {"WITH", false, true}, {"SINCE"}, {"UNTIL"}, {""}});
  const auto now = session.clock().now();
  for (const auto& one : *all)
    table.add({one.id, one.address, one.agent, human_time(one.started, now),
               human_time(one.expires, now), one.current ? "this one" : ""});
  table.print();
  return 0;
}

int account_end(Session& session) {
  const auto& words = session.words();
  const bool all = words[1] == "all";
  auto target = std::string("/api/v1/sessions");
  if (!all) target += "/" + wire::percent_encode(words[1]);
  if (all && words.size() > 2) target += "?account=" + wire::percent_encode(words[2]);
  const auto ended = session.call("DELETE", target);
  if (!ended) return fail(ended.error());
  if (!session.json())
    fmt::print("{}\n", all ? "The sessions have ended" : "The session has ended");
  return 0;
}

int account_audit(Session& session) {
  const auto& words = session.words();
  const auto about = words.size() > 1 ? "&about=" + wire::percent_encode(words[1]) : std::string();
  const auto body = session.call("GET", "/api/v1/audit?limit=200" + about);
  if (!body) return fail(body.error());
  if (session.json()) return print_json(*body);
  const auto page = wire::from_json<Page<wire::AuditEntry>>(*body);
  if (!page) return fail(page.error());
  Table table({{"AT"},
               {"WHO", false, true},
               {"FROM"},
               {"WHAT"},
               {"WHOM", false, true},
               {"DETAIL", false, true}});
  for (const auto& one : page->items)
    table.add({to_rfc3339(one.at), one.who.empty() ? "(guest)" : one.who, one.address, one.what,
               one.whom, one.detail});
  table.print();
  return 0;
}

}  // namespace swapmeet::cli
