// An offer book on a clock that the test turns, and offers to put into it.
#pragma once

#include <string>
#include <vector>

#include "catch.h"
#include "swapmeet/event_topics.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/inbox/offer_book.h"
#include "transfer/swarm/inbox/rounds.h"
#include "unit/swarm/catalogue/memory_folder.h"

namespace swapmeet::transfer_swarm {

using namespace std::chrono_literals;

inline ContentId content_id(std::uint8_t number) {
  ContentId id;
  id.bytes[0] = number;
  return id;
}

// Somebody offers a file; its token is its id twice.
inline StoredOffer incoming_offer(const std::string& id) {
  StoredOffer stored;
  stored.offer.id = id;
  stored.offer.peer.bytes[0] = 7;
  stored.offer.peer_name = "ann";
  stored.offer.name = "film.mkv";
  stored.offer.content = content_id(1);
  stored.offer.size = 100;
  stored.token = id + id;
  stored.url = "http://ann:1";
  stored.hashed = stored.delivered = true;
  return stored;
}

inline StoredOffer outgoing_offer(const std::string& id) {
  auto stored = incoming_offer(id);
  stored.offer.incoming = false;
  stored.delivered = false;
  stored.url.clear();
  return stored;
}

struct WithBook {
  OfferBookOptions options() {
    OfferBookOptions options;
    options.database = folder.path / "inbox.sqlite";
    options.clock = &clock;
    options.publish = [this](const Event& event) {
      CHECK(check_event(event));
      events.push_back(event);
    };
    options.changed = [this] { ++changes; };
    return options;
  }
  Offer at(const std::string& id) {
    const auto stored = book.find(id);
    REQUIRE(stored);
    return stored->offer;
  }

  MemoryFolder folder;
  testing::ManualClock clock;
  std::vector<Event> events;
  int changes = 0;
  Rounds rounds{clock, 500ms, {}};
  OfferBook book{options()};
};

}  // namespace swapmeet::transfer_swarm
