// What goes between the two peers of an offer, again and again until it has arrived: the offer
// itself, and what became of it at either side. Either peer may be away for a while.
// Threads: round() is for one thread at a time; hear() is thread-safe. No lock.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "swapmeet/registry.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/inbox/accepted_offers.h"
#include "transfer/swarm/inbox/exchange.h"
#include "transfer/swarm/inbox/offer_book.h"
#include "transfer/swarm/inbox/outbox.h"
#include "transfer/swarm/inbox/receiver.h"
#include "transfer/swarm/inbox/rounds.h"

namespace swapmeet::transfer_swarm {

struct CourierOptions {
  Registry* registry = nullptr;
  Clock* clock = nullptr;
  Exchange exchange;
};

class Courier {
 public:
  // The other parts of the inbox; all must outlive this.
  struct Parts {
    OfferBook& book;
    Outbox& outbox;
    AcceptedOffers& accepted;
    Receiver& receiver;
    Rounds& rounds;
  };
  Courier(CourierOptions options, const Parts& parts)
      : options_(std::move(options)), parts_(parts), book_(parts.book) {}

  // Does what is due for every offer. True: something is under way.
  bool round();
  // What the other peer of an offer tells. `not_found`: there is no such offer, or this is not its
  // token; `conflict`: the offer has ended here already; `invalid_argument`.
  Result<wire::OfferNews> hear(const std::string& id, const std::string& token,
                               const wire::OfferNews& news);

 private:
  void forget_old();
  bool time_to_look();
  void step(const StoredOffer& stored, bool look_at_file);
  void step_incoming(const StoredOffer& stored);
  void step_outgoing(const StoredOffer& stored, bool look_at_file);
  void deliver(const StoredOffer& stored);
  bool begin_delivery(const std::string& id);
  void tell(const StoredOffer& stored);
  bool tell_again(const StoredOffer& stored, const Error& error) const;

  const CourierOptions options_;
  const Parts parts_;
  OfferBook& book_;
  bool looked_back_ = false;
  std::optional<Instant> forget_next_;
  std::optional<Instant> look_next_;  // at the files of open offers
};

}  // namespace swapmeet::transfer_swarm
