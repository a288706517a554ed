// A state to which a test adds listings one by one, without an index around it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/memory/state.h"

namespace swapmeet::search_memory {

inline Listing a_listing(std::string path, std::uint8_t content, std::uint64_t size = 100,
                         Audience audience = {}) {
  Listing listing;
  listing.path = std::move(path);
  listing.content.bytes[0] = content;
  listing.size = size;
  listing.audience = std::move(audience);
  return listing;
}

struct SomeState : State {
  SomeState() : State{.documents = Documents(7)} {}

  Number peer(std::uint8_t id, bool is_present = true) {
    const auto number = documents.peer_of({{id}});
    documents.set_present(number, is_present);
    return number;
  }
  // The document, which stands in the fresh segment when it is new.
  Number list(Number peer, const Listing& listing) {
    const auto number = documents.put(peer, listing);
    if (number != kNone && !documents.is_fresh(number)) add_fresh(number);
    return number;
  }
  // All of the fresh segment becomes ranked, in this order of its ranks.
  void rank(const std::vector<Rank>& order) {
    ranked = std::make_shared<RankedSegment>(RankedSegment::merged(*ranked, *fresh, order));
    fresh = std::make_shared<FreshSegment>();
    documents.begin_round();
    documents.end_rounds_before();
  }
  std::vector<std::string> names(const Segment& segment) const {
    std::vector<std::string> names;
    for (const auto& entry : segment.entries()) names.emplace_back(documents.text(entry.name));
    return names;
  }
};

}  // namespace swapmeet::search_memory
