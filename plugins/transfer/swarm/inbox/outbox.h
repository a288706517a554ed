// What this host sends: it hashes the file or the files of a folder, shows the offer to the peer
// that it is for, and lets whoever has the offer's token fetch what is in it. Offers are brought to
// the other peer by the Courier.
// Threads: thread-safe, no lock; hash_waiting() is for one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "swapmeet/registry.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/catalogue/catalogue.h"
#include "transfer/swarm/catalogue/offered_contents.h"
#include "transfer/swarm/inbox/offer_book.h"
#include "transfer/swarm/inbox/rounds.h"

namespace swapmeet::transfer_swarm {

struct OutboxOptions {
  PeerId self;
  std::string self_name;
  Registry* registry = nullptr;
  Catalogue* catalogue = nullptr;  // optional: saves hashing what is shared anyway
  Clock* clock = nullptr;
};

class Outbox final : public OfferedContents {
 public:
  // `book` and `rounds` must outlive this.
  Outbox(OutboxOptions options, OfferBook& book, Rounds& rounds)
      : options_(std::move(options)), book_(book), rounds_(rounds) {}

  // As Inbox::send says. Hashing comes later.
  Result<Offer> send(const SendRequest& request);
  // `conflict`: it has ended.
  Result<Offer> withdraw(const std::string& id);
  void hash_waiting();

  // What the receiver asks to be sure that the offer is from here. `not_found`.
  Result<wire::OfferMessage> show(const std::string& id, const std::string& token);
  wire::OfferMessage message_of(const StoredOffer& stored);
  // `conflict`: what is sent is not any more what was hashed. A file that something has touched is
  // read again, and may be the same.
  Result<void> check_unchanged(const StoredOffer& stored);
  std::optional<ContentPlace> place(const ContentId& content, const std::string& token) override;
  std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) override;

 private:
  Result<PeerRecord> receiver_of(const SendRequest& request);
  void hash(const StoredOffer& stored);
  void hash_one_file(const StoredOffer& stored);
  void hash_folder(const StoredOffer& stored);
  void hashed_all(const std::string& id, const std::function<void(StoredOffer&)>& change);
  // nullopt: nothing has touched the file. Else its new stamp, for it is the same.
  Result<std::optional<FileStamp>> look_again(const std::string& path, const FileStamp& then,
                                              const ContentId& content, const std::string& shown);
  Result<MerkleTree> tree_of(const std::string& path, const FileStamp& stamp);

  const OutboxOptions options_;
  OfferBook& book_;
  Rounds& rounds_;
};

}  // namespace swapmeet::transfer_swarm
