// What other peers offer here. Nothing is believed before the sender, at the address where the
// index has reached it, has confirmed the offer. Then it waits for the person, or is accepted by
// rule; what the rule accepts and cannot be taken at once is tried again later. Threads:
// thread-safe; one lock, over the offers to try again.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "swapmeet/registry.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/inbox/accepted_offers.h"
#include "transfer/swarm/inbox/exchange.h"
#include "transfer/swarm/inbox/offer_book.h"
#include "transfer/swarm/inbox/rounds.h"

namespace swapmeet::transfer_swarm {

// Asks the sender whether it made an offer: Confirmations::ask.
using Confirm = std::function<Result<void>(const PeerRecord& sender, const std::string& caller,
                                           const std::string& token, const std::string& path,
                                           const std::string& expected)>;

struct ReceiverOptions {
  PeerId self;
  std::string self_name;
  Registry* registry = nullptr;
  Clock* clock = nullptr;
  Confirm confirm;
  // Whose offers are accepted without asking: "ask" nobody's, "everyone", or names and ids of
  // peers.
  std::vector<std::string> accept{"ask"};
  std::size_t most_waiting = 1000;  // offers that wait for the person
  std::size_t most_waiting_of_peer = 100;
};

class Receiver {
 public:
  // All must outlive this.
  Receiver(ReceiverOptions options, OfferBook& book, AcceptedOffers& accepted, Rounds& rounds)
      : options_(std::move(options)), book_(book), accepted_(accepted), rounds_(rounds) {}

  // `unavailable`: this is another peer, or the sender cannot be asked now; `not_allowed`: the
  // sender did not offer this; `too_many`; `conflict`: the id is taken; `invalid_argument`.
  // `caller`: the IP address that the call comes from.
  Result<wire::OfferNews> receive(const wire::OfferMessage& message, const std::string& token,
                                  const std::string& caller);

  // The person's answers to an offer from elsewhere. `conflict`: it is decided already.
  Result<Offer> accept(const StoredOffer& stored);
  Result<Offer> refuse(const std::string& id);

  // What a host that died had begun: offers that the rule accepts and nobody took, acceptances
  // whose download began before they were recorded, and downloads whose offers have ended.
  void look_back();
  // Tries again what the rule accepts and could not be taken so far.
  void take_the_ruled();
  bool has_ruled();

 private:
  struct Sender {
    PeerId id;
    std::string name;
    std::string url;
  };
  std::optional<Result<wire::OfferNews>> known_already(const wire::OfferMessage& message,
                                                       const std::string& token);
  Result<void> check_room(const PeerId& peer);
  Result<Sender> confirm_sender(const wire::OfferMessage& message, const std::string& token,
                                const std::string& caller);
  StoredOffer record_of(const wire::OfferMessage& message, const std::string& token,
                        const Sender& sender) const;
  bool record(const StoredOffer& stored, const wire::OfferMessage& message);
  wire::OfferNews accept_by_rule(const StoredOffer& stored);
  bool accepts(const PeerId& sender, const std::string& name) const;

  void take_later(const std::string& id);
  void take_no_more(const std::string& id);
  std::vector<StoredOffer> ruled_that_wait();

  const ReceiverOptions options_;
  OfferBook& book_;
  AcceptedOffers& accepted_;
  Rounds& rounds_;
  std::mutex mutex_;             // guards the next
  std::set<std::string> ruled_;  // offers that wait, though the rule or the person accepts them
};

}  // namespace swapmeet::transfer_swarm
