// peer: what who administers an index does against peers that misbehave, and for those that have
// lost their token.
#include <fmt/format.h>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/table.h"
#include "swapmeet/values.h"
#include "swapmeet/wire/bans.h"

namespace swapmeet::cli {
namespace {

// Also one that the index does not know (any more), by its whole id.
Result<PeerId> id_of_peer(Session& session, const std::string& who) {
  if (const auto id = PeerId::parse(who)) return *id;
  const auto peer = find_peer(session, who);
  if (!peer) return peer.error();
  return peer->id;
}

// nullopt: it was not given.
Result<std::optional<std::chrono::seconds>> length_of(const Session& session) {
  const auto text = session.arguments().value("--for");
  if (text.empty()) return std::optional<std::chrono::seconds>();
  const auto length = parse_duration(text);
  if (!length || *length < std::chrono::seconds(1))
    return wrong_usage("--for takes a time such as 30m, 12h or 7d, not '" + text + "'");
  return std::optional(std::chrono::duration_cast<std::chrono::seconds>(*length));
}

int forget(Session& session, const std::string& who) {
  const auto id = id_of_peer(session, who);
  if (!id) return fail(id.error());
  session.wait_for_answers(std::chrono::minutes(5));  // it may have a million listings
  const auto done = session.call("POST", "/api/v1/peers/" + id->text() + "/forget");
  if (!done) return fail(done.error());
  if (!session.json())
    fmt::print("{} is forgotten, with all that it announced; its id is free\n", id->text());
  return 0;
}

int transfer(Session& session, const std::string& who) {
  const auto id = id_of_peer(session, who);
  if (!id) return fail(id.error());
  const auto length = length_of(session);
  if (!length) return fail(length.error());
  const wire::TransferOrder order{session.arguments().value("--to"), *length};
  const auto answer = session.call("PATCH", "/api/v1/peers/" + id->text(), wire::to_json(order));
  if (!answer) return fail(answer.error());
  if (session.json()) return print_json(*answer);
  const auto to = wire::from_json<Transfer>(*answer);
  if (!to) return fail(to.error());
  fmt::print("{} may be taken over by {}, {} at the latest\n", id->text(),
             to->account.empty() ? "whoever registers it next"
                                 : "a peer of the account " + printable(to->account),
             human_time(to->until, session.clock().now()));
  return 0;
}

int ban(Session& session, const std::string& who) {
  wire::BanOrder order;
  order.addresses = session.arguments().value("--addresses");
  order.reason = session.arguments().value("--reason");
  if (who.empty() && order.addresses.empty())
    return fail(wrong_usage("peer ban wants a PEER, or --addresses RANGE"));
  if (order.reason.empty())
    return fail(wrong_usage("peer ban wants --reason TEXT: who is banned reads it"));
  if (!who.empty()) {
    const auto id = id_of_peer(session, who);
    if (!id) return fail(id.error());
    order.peer = *id;
  }
  const auto length = length_of(session);
  if (!length) return fail(length.error());
  order.length = *length;
  session.wait_for_answers(std::chrono::minutes(5));
  const auto answer = session.call("POST", "/api/v1/bans", wire::to_json(order));
  if (!answer) return fail(answer.error());
  if (session.json()) return print_json(*answer);
  const auto made = wire::from_json<wire::BanRecord>(*answer);
  if (!made) return fail(made.error());
  fmt::print("ban {} is in force; {} forgotten with it\n", made->number,
             counted(made->forgotten.value_or(0), "peer"));
  return 0;
}

int unban(Session& session, const std::string& number) {
  const auto lifted = session.call("DELETE", "/api/v1/bans/" + wire::percent_encode(number));
  if (!lifted) return fail(lifted.error());
  if (!session.json()) fmt::print("ban {} is lifted\n", printable(number));
  return 0;
}

int bans(Session& session) {
  const auto answer = session.call("GET", "/api/v1/bans");
  if (!answer) return fail(answer.error());
  if (session.json()) return print_json(*answer);
  const auto all = wire::from_json<std::vector<wire::BanRecord>>(*answer);
  if (!all) return fail(all.error());
  if (all->empty()) {
    fmt::print("Nobody is banned.\n");
    return 0;
  }
  Table table({{"NUMBER", true},
               {"PEER"},
               {"ADDRESSES"},
               {"REASON", false, true},
               {"BY", false, true},
               {"MADE"},
               {"ENDS"}});
  const auto now = session.clock().now();
  for (const auto& one : *all)
    table.add({std::to_string(one.number), one.peer ? one.peer->text() : "", one.addresses,
               one.reason, one.by, human_time(one.made, now),
               one.until ? human_time(*one.until, now) : "never"});
  table.print();
  return 0;
}

}  // namespace

int peer(Session& session) {
  const auto& words = session.words();
  const auto& how = words[0];
  if (how == "bans" && words.size() == 1) return bans(session);
  if (how == "ban") return ban(session, words.size() == 2 ? words[1] : std::string());
  if (words.size() == 2) {
    if (how == "forget") return forget(session, words[1]);
    if (how == "transfer") return transfer(session, words[1]);
    if (how == "unban") return unban(session, words[1]);
  }
  return fail(
      wrong_usage("peer goes with forget, transfer or ban and a PEER, unban and a NUMBER, or bans; "
                  "`swapmeet help peer`"));
}

}  // namespace swapmeet::cli
