// peers: who is there.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/cli/commands.h"
#include "host/cli/human.h"
#include "host/cli/table.h"

namespace swapmeet::cli {
namespace {

// A peer that is here, but that nobody can fetch from, is marked.
std::string seen(const PeerRecord& peer, Time now) {
  if (!peer.present) return human_time(peer.last_seen, now);
  if (peer.dialable) return "here";
  return peer.unreachable.empty() ? "here, not tried yet" : "here, unreachable";
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
    table.add(row);
  }
  if (table.empty())
    fmt::print("Nobody is there.\n");
  else
    table.print();
  return 0;
}

}  // namespace swapmeet::cli
