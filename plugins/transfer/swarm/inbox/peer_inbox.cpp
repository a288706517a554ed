#include "transfer/swarm/inbox/peer_inbox.h"

#include <utility>

#include "swapmeet/sqlite/database.h"

namespace swapmeet::transfer_swarm {

PeerInbox::PeerInbox(const InboxOptions& options)
    : rounds_(*options.clock, options.poll, options.log),
      book_({.database = options.database,
             .clock = options.clock,
             .waits = options.waits,
             .log = options.log,
             .publish = options.publish,
             .changed = [this] { rounds_.wake(); }}),
      accepted_(book_, *options.downloads, options.download_folder, rounds_),
      outbox_({.self = options.self,
               .self_name = options.self_name,
               .registry = options.registry,
               .catalogue = options.catalogue,
               .clock = options.clock},
              book_, rounds_),
      confirmations_(*options.clock),
      receiver_({.self = options.self,
                 .self_name = options.self_name,
                 .registry = options.registry,
                 .clock = options.clock,
                 .confirm = options.confirm
                                ? options.confirm
                                : [this](const auto& sender, const auto& caller, const auto& token,
                                         const auto& path, const auto& expected) {
                                    return confirmations_.ask(sender, caller, token, path,
                                                              expected);
                                  },
                 .accept = options.accept,
                 .most_waiting = options.most_waiting,
                 .most_waiting_of_peer = options.most_waiting_of_peer},
                book_, accepted_, rounds_),
      courier_({.registry = options.registry, .clock = options.clock, .exchange = options.exchange},
               {book_, outbox_, accepted_, receiver_, rounds_}) {}

void PeerInbox::start() {
  rounds_.start([this] {
    outbox_.hash_waiting();
    return false;
  });
  rounds_.start([this] { return courier_.round(); });
}

Result<std::unique_ptr<PeerInbox>> PeerInbox::open(const InboxOptions& options) {
  return sqlite::attempt([&]() -> Result<std::unique_ptr<PeerInbox>> {
    std::unique_ptr<PeerInbox> inbox(new PeerInbox(options));
    if (options.background) inbox->start();
    return inbox;
  });
}

PeerInbox::~PeerInbox() { stop(); }

void PeerInbox::stop() { rounds_.stop(); }

Result<Page<Offer>> PeerInbox::list(const PageRequest& page) {
  return sqlite::attempt([&]() -> Result<Page<Offer>> { return book_.page(page); });
}

Result<Offer> PeerInbox::get(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    auto stored = book_.find(id);
    if (!stored) return no_such_offer(id);
    return std::move(stored->offer);
  });
}

Result<Offer> PeerInbox::send(const SendRequest& request) {
  return sqlite::attempt([&] { return outbox_.send(request); });
}

Result<Offer> PeerInbox::accept(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    const auto stored = book_.find(id);
    if (!stored) return no_such_offer(id);
    if (!stored->offer.incoming)
      return Error{ErrorCode::conflict, "this is an offer of yours; the other peer accepts it", {}};
    return receiver_.accept(*stored);
  });
}

Result<Offer> PeerInbox::refuse(const std::string& id) {
  return sqlite::attempt([&]() -> Result<Offer> {
    const auto stored = book_.find(id);
    if (!stored) return no_such_offer(id);
    return stored->offer.incoming ? receiver_.refuse(id) : outbox_.withdraw(id);
  });
}

Result<wire::OfferNews> PeerInbox::receive(const wire::OfferMessage& message,
                                           const std::string& token, const std::string& caller) {
  return receiver_.receive(message, token, caller);
}

Result<wire::OfferMessage> PeerInbox::show(const std::string& id, const std::string& token) {
  return outbox_.show(id, token);
}

Result<wire::OfferNews> PeerInbox::hear(const std::string& id, const std::string& token,
                                        const wire::OfferNews& news) {
  return courier_.hear(id, token, news);
}

std::optional<ContentPlace> PeerInbox::place(const ContentId& content, const std::string& token) {
  return outbox_.place(content, token);
}

std::optional<MerkleTree> PeerInbox::tree(const ContentId& content, const std::string& token) {
  return outbox_.tree(content, token);
}

bool PeerInbox::work() {
  outbox_.hash_waiting();
  return courier_.round();
}

}  // namespace swapmeet::transfer_swarm
