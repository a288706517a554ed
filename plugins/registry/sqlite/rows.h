// From rows of the registry's tables to values.
#pragma once

#include "swapmeet/registry.h"
#include "swapmeet/sqlite/columns.h"
#include "swapmeet/sqlite/database.h"

namespace swapmeet::registry_sqlite {

inline constexpr std::string_view kPeerColumns =
    "id, name, given, seen, port, dialable AND reached<>'', account, present, last_seen, files, "
    "bytes, fingerprint, plain, heir, heir_until, reached, "
    "CASE WHEN dialable THEN unreachable ELSE 'it says so itself' END, key";
inline constexpr int kKeyOfPeer = 17;
inline constexpr int kAfterPeer = 18;

inline PeerRecord read_peer(const sqlite::Statement& row) {
  PeerRecord peer;
  peer.id = row.id<PeerId>(0);
  peer.name = row.text(1);
  peer.seen_address = row.text(3);
  // Where it answered, for a name may lead elsewhere tomorrow.
  peer.address = !row.view(15).empty() ? row.text(15)
                 : row.view(2).empty() ? peer.seen_address
                                       : row.text(2);
  peer.port = static_cast<std::uint16_t>(row.integer(4));
  peer.dialable = row.integer(5) != 0;
  peer.account = row.text(6);
  peer.present = row.integer(7) != 0;
  peer.last_seen = Time(std::chrono::milliseconds(row.integer(8)));
  peer.files = static_cast<std::uint64_t>(row.integer(9));
  peer.bytes = static_cast<std::uint64_t>(row.integer(10));
  peer.fingerprint = row.text(11);
  peer.plain = row.integer(12) != 0;
  if (!row.is_null(13))
    peer.transfer = Transfer{row.text(13), Time(std::chrono::milliseconds(row.integer(14)))};
  peer.unreachable = row.text(16);
  return peer;
}

// The first columns of a row.
inline constexpr std::string_view kListingColumns =
    "l.path, l.content, l.size, l.modified, l.audience, l.attributes, l.have";
inline constexpr int kAfterListing = 7;

inline Listing read_listing(const sqlite::Statement& row) {
  Listing listing;
  listing.path = row.text(0);
  listing.content = row.id<ContentId>(1);
  listing.size = static_cast<std::uint64_t>(row.integer(2));
  listing.modified = Time(std::chrono::milliseconds(row.integer(3)));
  listing.audience = sqlite::audience_from(row.view(4));
  listing.attributes = sqlite::attributes_from(row.view(5));
  if (!row.is_null(6)) listing.have = static_cast<std::uint64_t>(row.integer(6));
  return listing;
}

}  // namespace swapmeet::registry_sqlite
