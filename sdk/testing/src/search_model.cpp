#include "search_model.h"

#include "swapmeet/matching.h"

namespace swapmeet::testing {

void SearchModel::apply(const ChangeBatch& batch) {
  if (batch.base == 0) {
    peers_.clear();
    listings_.clear();
  }
  for (const auto& change : batch.changes) {
    switch (change.kind) {
      case ChangeKind::put: listings_[{change.peer, change.listing.path}] = change.listing; break;
      case ChangeKind::remove: listings_.erase({change.peer, change.listing.path}); break;
      case ChangeKind::clear:
        std::erase_if(listings_, [&](const auto& one) { return one.first.first == change.peer; });
        break;
      case ChangeKind::present: peers_[change.peer] = {true, change.peer_name}; break;
      case ChangeKind::absent: peers_[change.peer].present = false; break;
    }
  }
}

std::map<ContentId, ExpectedHit> SearchModel::search(const std::string& text,
                                                     const Identity& viewer) const {
  const auto query = parse_query(text).value();
  std::map<ContentId, ExpectedHit> all;
  std::map<ContentId, std::set<PeerId>> sources;
  for (const auto& [key, listing] : listings_) {
    const auto peer = peers_.find(key.first);
    if (peer == peers_.end() || !peer->second.present || !listing.audience.admits(viewer)) continue;
    auto& hit = all[listing.content];
    hit.size = listing.size;
    hit.modified = listing.modified;
    hit.names.emplace(name_of_path(listing.path));
    sources[listing.content].insert(key.first);
    hit.sources = static_cast<std::uint32_t>(sources[listing.content].size());
    if (!matches(query, listing, key.first, peer->second.name)) continue;
    const bool in_name = matches_name(query, listing.path);
    hit.paths[listing.path] |= in_name;
    hit.attributes[listing.path].insert(listing.attributes);
    hit.in_name |= in_name;
  }
  std::erase_if(all, [](const auto& one) { return one.second.paths.empty(); });
  return all;
}

}  // namespace swapmeet::testing
