#include "host/cli/hit_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/cli/human.h"
#include "swapmeet/attributes.h"
#include "swapmeet/listing.h"

namespace swapmeet::cli {
namespace {

constexpr std::size_t kShortId = 8;
constexpr std::size_t kAskedOneByOne = 3;
constexpr std::size_t kMostAsked = 20;
constexpr std::size_t kWide = 100;  // columns, from which on there is room for the type

// One by one where they are few, else from the list of all, of which one page is enough to read.
std::map<PeerId, std::string> names_from(Session& session, const std::vector<PeerId>& peers) {
  std::map<PeerId, std::string> names;
  if (peers.size() > kAskedOneByOne)
    if (const auto page = session.ask<Page<PeerRecord>>("GET", "/api/v1/peers?limit=1000"))
      for (const auto& peer : page->items) names.emplace(peer.id, peer.name);
  std::size_t asked = 0;
  for (const auto& peer : peers) {
    if (names.count(peer) != 0 || ++asked > kMostAsked) continue;
    if (auto record = session.ask<PeerRecord>("GET", "/api/v1/peers/" + peer.text()))
      names.emplace(peer, std::move(record->name));
  }
  return names;
}

}  // namespace

PeerNames::PeerNames(Session& session)
    : look_([&session](const std::vector<PeerId>& peers) { return names_from(session, peers); }) {}

void PeerNames::learn(const std::vector<PeerId>& peers) {
  std::vector<PeerId> unknown;
  for (const auto& peer : peers)
    if (!peer.is_zero() && names_.count(peer) == 0 &&
        std::find(unknown.begin(), unknown.end(), peer) == unknown.end())
      unknown.push_back(peer);
  if (unknown.empty()) return;
  auto found = look_(unknown);
  for (const auto& peer : unknown)
    names_[peer] = found.count(peer) != 0 ? found[peer] : peer.text().substr(0, kShortId);
}

void PeerNames::learn(const std::vector<Hit>& hits) {
  std::vector<PeerId> peers;
  peers.reserve(hits.size());
  for (const auto& hit : hits) peers.push_back(hit.peer);
  learn(peers);
}

std::string PeerNames::of(const PeerId& peer) const {
  const auto known = names_.find(peer);
  return known != names_.end() ? known->second : peer.text().substr(0, kShortId);
}

std::string holders_of(const Hit& hit, const PeerNames& names) {
  return hit.sources == 1 && !hit.peer.is_zero() ? names.of(hit.peer)
                                                 : counted(hit.sources, "peer");
}

Table table_of(const std::vector<Hit>& hits, std::size_t first, const PeerNames& names,
               std::optional<std::size_t> width) {
  const bool with_type = !width || *width >= kWide;
  const bool with_about = std::any_of(
      hits.begin(), hits.end(), [](const Hit& hit) { return !about(hit.attributes).empty(); });
  std::vector<Column> columns{{"#", true}, {"NAME", false, true}, {"SIZE", true}};
  if (with_type) columns.push_back({"TYPE"});
  columns.push_back({"FROM", false, true});
  columns.push_back({"FOLDER", false, true, true});
  if (with_about) columns.push_back({"ABOUT", false, true});
  Table table(std::move(columns));
  for (const auto& hit : hits) {
    std::vector<std::string> cells{std::to_string(first++), hit.name, human_size(hit.size)};
    if (with_type) cells.emplace_back(name_of(hit.type));
    cells.push_back(holders_of(hit, names));
    cells.emplace_back(folder_of_path(hit.path));
    if (with_about) cells.push_back(about(hit.attributes));
    table.add(cells);
  }
  return table;
}

}  // namespace swapmeet::cli
