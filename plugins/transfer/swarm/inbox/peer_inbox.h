// Files that people send each other without sharing them. The sender keeps an offer with a secret
// token, POSTs it to the receiver's public listener and serves the bytes to whoever has the token;
// the receiver asks the sender, at the address where the index reached it, whether the offer is its
// own, and then waits for the person or accepts by rule. An accepted offer is an ordinary download.
// Each side tells the other what became of it until the other has heard. This is the front of it:
// Outbox sends, Receiver is offered, AcceptedOffers fetch, Courier goes between the peers,
// OfferBook remembers. Threads: thread-safe. One thread hashes what is sent, another speaks to the
// other peers.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/inbox.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/catalogue/offered_contents.h"
#include "transfer/swarm/fetch/offer_downloads.h"
#include "transfer/swarm/inbox/confirmations.h"
#include "transfer/swarm/inbox/courier.h"

namespace swapmeet::transfer_swarm {

struct InboxOptions {
  std::filesystem::path database;
  std::filesystem::path download_folder;  // absolute; where folders that are sent here go
  PeerId self;
  std::string self_name;
  Registry* registry = nullptr;
  OfferDownloads* downloads = nullptr;
  Catalogue* catalogue = nullptr;  // optional: saves hashing what is shared anyway
  Clock* clock = nullptr;
  Log log;                                    // optional
  std::function<void(const Event&)> publish;  // optional; topic "inbox"
  Exchange exchange = exchange_over_http;
  Confirm confirm = {};  // empty: Confirmations of its own
  // As ReceiverOptions say.
  std::vector<std::string> accept{"ask"};
  std::size_t most_waiting = 1000;
  std::size_t most_waiting_of_peer = 100;
  std::chrono::milliseconds poll{500};
  BackoffLimits waits{std::chrono::milliseconds{1'000}, std::chrono::milliseconds{60'000}, 0};
  bool background = true;  // false: nothing happens but in work() (for tests)
};

class PeerInbox final : public Inbox, public OfferedContents {
 public:
  // Opens the database and goes on with what it holds. `corrupt`, `no_space`: the database.
  static Result<std::unique_ptr<PeerInbox>> open(const InboxOptions& options);
  ~PeerInbox() override;
  void stop();  // idempotent

  Result<Page<Offer>> list(const PageRequest& page) override;
  Result<Offer> get(const std::string& id) override;
  Result<Offer> accept(const std::string& id) override;
  Result<Offer> refuse(const std::string& id) override;
  Result<Offer> send(const SendRequest& request) override;

  // What other peers call, on the public listener (see inbox_routes.h): Receiver::receive,
  // Outbox::show, Courier::hear. Throw sqlite::Failure.
  Result<wire::OfferNews> receive(const wire::OfferMessage& message, const std::string& token,
                                  const std::string& caller);
  Result<wire::OfferMessage> show(const std::string& id, const std::string& token);
  Result<wire::OfferNews> hear(const std::string& id, const std::string& token,
                               const wire::OfferNews& news);
  std::optional<ContentPlace> place(const ContentId& content, const std::string& token) override;
  std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) override;

  // One round of what the threads do: hash, deliver, follow downloads, tell. False: nothing is
  // under way.
  bool work();

 private:
  explicit PeerInbox(const InboxOptions& options);
  void start();

  Rounds rounds_;
  OfferBook book_;
  AcceptedOffers accepted_;
  Outbox outbox_;
  Confirmations confirmations_;
  Receiver receiver_;
  Courier courier_;
};

}  // namespace swapmeet::transfer_swarm
