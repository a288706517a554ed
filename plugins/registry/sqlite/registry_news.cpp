#include "registry/sqlite/registry_news.h"

#include "swapmeet/address.h"

namespace swapmeet::registry_sqlite {
namespace {

const char* topic_of(PresenceChange what) {
  switch (what) {
    case PresenceChange::joined: return "peer.joined";
    case PresenceChange::left: return "peer.left";
    case PresenceChange::lapsed: break;
  }
  return "peer.lapsed";
}

}  // namespace

void RegistryNews::tell(PresenceChange what, const PeerRecord& peer) const {
  publish_({topic_of(what),
            {{"peer", peer.id.text()},
             {"name", peer.name},
             {"address", HostPort{peer.address, peer.port}.text()}}});
}

void RegistryNews::tell(const ListingNews& news) const {
  const auto tell_of = [&](const char* topic, const ListingTally& tally) {
    if (tally.count == 0) return;
    publish_({topic,
              {{"peer", news.peer.text()},
               {"count", tally.count},
               {"paths", tally.paths},
               {"revision", news.revision}}});
  };
  tell_of("listing.removed", news.removed);
  tell_of("listing.added", news.added);
}

}  // namespace swapmeet::registry_sqlite
