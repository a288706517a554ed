// Who may see what, by looking at every listing: what the answers of an index with private shares
// are compared with. Threads: one.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/matching.h"
#include "swapmeet/registry.h"
#include "swapmeet/wire/json.h"

namespace swapmeet::testing {

struct ModelPeer {
  PeerId id;
  std::string name;
  bool present = true;
  std::map<std::string, Listing> listings;  // by path
};

class PrivateModel {
 public:
  std::vector<ModelPeer> peers;

  static std::string share_of(const std::string& path) { return path.substr(0, path.find('/')); }

  std::vector<Listing> browse(const ModelPeer& peer, const std::string& folder,
                              const Identity& viewer) const {
    std::vector<Listing> all;
    for (const auto& [path, listing] : peer.listings)
      if ((folder.empty() || path.starts_with(folder + '/')) && listing.audience.admits(viewer))
        all.push_back(listing);
    return all;
  }

  // Files, bytes and locked shares only.
  PeerRecord record(const ModelPeer& peer, const Identity& viewer) const {
    PeerRecord record;
    std::set<std::string> open;
    std::set<std::string> told;
    for (const auto& [path, listing] : peer.listings) {
      if (listing.audience.admits(viewer)) {
        ++record.files;
        record.bytes += listing.size;
        open.insert(share_of(path));
      } else if (listing.audience.visible) {
        told.insert(share_of(path));
      }
    }
    for (const auto& name : told)
      if (!open.contains(name)) record.locked.push_back(name);
    return record;
  }

  RegistryCounts counts() const {
    RegistryCounts counts{.peers = peers.size()};
    for (const auto& peer : peers) {
      if (!peer.present) continue;
      const auto seen = record(peer, {});
      ++counts.present;
      counts.files += seen.files;
      counts.bytes += seen.bytes;
    }
    return counts;
  }

  // nullopt: nobody has it, as far as the viewer may know. Sources without their addresses.
  std::optional<ContentRecord> content(const ContentId& content, const Identity& viewer) const {
    std::map<std::string, int> uses[2];  // of those that are absent, and of those that are there
    ContentRecord record;
    record.audience.everyone = false;
    record.content = content;
    for (const auto& peer : peers) {
      Source source;
      source.peer = peer.id;
      source.name = peer.name;
      source.restricted = true;
      bool has = false;
      for (const auto& [path, listing] : peer.listings) {
        if (listing.content != content || !listing.audience.admits(viewer)) continue;
        has = true;
        record.size = listing.size;
        source.have = std::max(source.have, listing.have.value_or(listing.size));
        source.restricted = source.restricted && !listing.audience.everyone;
        ++uses[peer.present][std::string(name_of_path(path))];
        if (!is_partial(listing)) record.audience.widen(listing.audience.as_known_to(viewer));
      }
      if (has && peer.present) record.sources.push_back(source);
    }
    const bool there = !uses[1].empty();
    if (!there && uses[0].empty()) return std::nullopt;
    std::vector<std::pair<int, std::string>> by_use;
    for (const auto& [name, count] : uses[there]) by_use.emplace_back(-count, name);
    std::sort(by_use.begin(), by_use.end());
    for (auto& [count, name] : by_use) record.names.push_back(std::move(name));
    return record;
  }

  struct Found {
    std::set<std::string> paths;  // of listings that match
    std::set<std::string> names;  // of all its listings that the viewer may see
    std::set<PeerId> sources;
    std::uint64_t size = 0;
  };
  std::map<ContentId, Found> search(const std::string& text, const Identity& viewer) const {
    const auto query = parse_query(text).value();
    std::map<ContentId, Found> all;
    for (const auto& peer : peers) {
      if (!peer.present) continue;
      for (const auto& [path, listing] : peer.listings) {
        if (is_partial(listing) || !listing.audience.admits(viewer)) continue;
        auto& found = all[listing.content];
        found.size = listing.size;
        found.sources.insert(peer.id);
        found.names.emplace(name_of_path(path));
        if (matches(query, listing, peer.id, peer.name)) found.paths.insert(path);
      }
    }
    std::erase_if(all, [](const auto& one) { return one.second.paths.empty(); });
    return all;
  }
};

}  // namespace swapmeet::testing
