// peers, browse: who is there, and what they share.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "host/cli/commands.h"
#include "host/cli/display.h"
#include "host/cli/human.h"
#include "host/cli/lookup.h"
#include "host/cli/table.h"
#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"
#include "swapmeet/media_type.h"

namespace swapmeet::cli {
namespace {

Table table_of(const std::vector<Listing>& listings) {
  std::vector<Column> columns{{"#", true}, {"SIZE", true}, {"PATH", false, true}};
  if (std::any_of(listings.begin(), listings.end(),
                  [](const Listing& one) { return !about(one.attributes).empty(); }))
    columns.push_back({"ABOUT", false, true});
  Table table(std::move(columns));
  for (std::size_t i = 0; i < listings.size(); ++i)
    table.add({std::to_string(i + 1), human_size(listings[i].size), listings[i].path,
               about(listings[i].attributes)});
  return table;
}

// A peer that is here, but that nobody can fetch from, is marked.
std::string seen(const PeerRecord& peer, Time now) {
  if (!peer.present) return human_time(peer.last_seen, now);
  if (peer.dialable) return "here";
  return peer.unreachable.empty() ? "here, not tried yet" : "here, unreachable";
}

// Shares that are there and for others; nothing when the host cannot tell.
std::vector<std::string> locked_of(Session& session, const PeerRecord& peer) {
  const auto body = session.call("GET", "/api/v1/peers/" + peer.id.text());
  const auto record = body ? wire::from_json<PeerRecord>(*body) : body.error();
  return record ? record->locked : std::vector<std::string>();
}

}  // namespace

int peers(Session& session) {
  const bool absent_too = session.arguments().has("--all");
  const auto all =
      session.all<PeerRecord>(std::string("/api/v1/peers?") + (absent_too ? "all=true" : ""));
  if (!all) return fail(all.error());
  if (session.json()) return print_json(wire::to_json(*all));
  // Only where somebody has one.
  const bool accounts = std::any_of(all->items.begin(), all->items.end(),
                                    [](const PeerRecord& one) { return !one.account.empty(); });
  std::vector<Column> columns{{"NAME", false, true}};
  if (accounts) columns.push_back({"ACCOUNT", false, true});
  columns.insert(
      columns.end(),
      {{"FILES", true}, {"SIZE", true}, {"ADDRESS", false, true}, {"SEEN", false, true}, {"ID"}});
  Table table(std::move(columns));
  const auto now = session.clock().now();
  for (const auto& peer : all->items) {
    std::vector<std::string> row{peer.name};
    if (accounts) row.push_back(peer.account);
    row.insert(row.end(), {std::to_string(peer.files), human_size(peer.bytes),
                           HostPort{peer.address, peer.port}.text(), seen(peer, now),
                           peer.id.text().substr(0, 8)});
    table.add(std::move(row));
  }
  if (table.empty())
    fmt::print("Nobody is there.\n");
  else
    table.print();
  return 0;
}

int browse(Session& session) {
  const auto& words = session.words();
  const auto peer = find_peer(session, words[0]);
  if (!peer) return fail(peer.error());
  const auto all = session.all<Listing>("/api/v1/peers/" + peer->id.text() + "/files?folder=" +
                                        (words.size() == 2 ? wire::percent_encode(words[1]) : ""));
  if (!all) return fail(all.error());
  SearchPage shown;
  for (const auto& listing : all->items) {
    Hit hit;
    hit.content = listing.content;
    hit.name = name_of_path(listing.path);
    hit.path = listing.path;
    hit.size = listing.size;
    hit.type = media_type_of(hit.name);
    hit.sources = 1;
    shown.hits.push_back(std::move(hit));
  }
  shown.total = shown.hits.size();
  remember(shown);
  if (session.json()) return print_json(wire::to_json(*all));
  const auto locked = words.size() == 2 ? std::vector<std::string>() : locked_of(session, *peer);
  if (all->items.empty() && locked.empty()) {
    fmt::print("There is nothing.\n");
    return 0;
  }
  if (!all->items.empty()) table_of(all->items).print();
  for (const auto& name : locked) fmt::print("{}/ is locked: it is for others\n", printable(name));
  return 0;
}

}  // namespace swapmeet::cli
