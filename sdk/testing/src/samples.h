// Peers, contents and changes that the contract suites are made of.
#pragma once

#include <cstdint>
#include <string>

#include "swapmeet/feed.h"

namespace swapmeet::testing {

inline PeerId peer_number(unsigned number) {
  PeerId id;
  id.bytes.fill(0x50);
  id.bytes[0] = static_cast<std::uint8_t>(number);
  return id;
}

inline ContentId content_number(unsigned number) {
  ContentId id;
  id.bytes.fill(0xc0);
  id.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[1] = static_cast<std::uint8_t>(number);
  return id;
}

inline Listing listing_of(const std::string& path, unsigned content, std::uint64_t size = 1000) {
  Listing listing;
  listing.path = path;
  listing.content = content_number(content);
  listing.size = size;
  listing.modified = Time(std::chrono::milliseconds(1'700'000'000'000));
  return listing;
}

inline Change put(const PeerId& peer, Listing listing) {
  return {0, ChangeKind::put, peer, {}, std::move(listing)};
}

inline Change removal(const PeerId& peer, const std::string& path) {
  Change change{0, ChangeKind::remove, peer, {}, {}};
  change.listing.path = path;
  return change;
}

inline Change present(const PeerId& peer, const std::string& name) {
  return {0, ChangeKind::present, peer, name, {}};
}

inline Change absent(const PeerId& peer) { return {0, ChangeKind::absent, peer, {}, {}}; }
inline Change cleared(const PeerId& peer) { return {0, ChangeKind::clear, peer, {}, {}}; }

}  // namespace swapmeet::testing
