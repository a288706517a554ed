// All offers of both directions, as the rest of the inbox reads and changes them. Each change is
// stored before it counts; one that moves an offer to another state is also logged, published and
// announced to whoever works on offers. When an offer is tried again is noted here too.
// Threads: thread-safe, one lock. What takes several calls may meet another state at each: a change
// looks at the state it finds. Throws sqlite::Failure.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/inbox.h"
#include "swapmeet/page.h"
#include "transfer/swarm/inbox/attempts.h"
#include "transfer/swarm/inbox/offer_store.h"

namespace swapmeet::transfer_swarm {

struct OfferBookOptions {
  std::filesystem::path database;
  Clock* clock = nullptr;
  BackoffLimits waits{std::chrono::milliseconds{1'000}, std::chrono::milliseconds{60'000}, 0};
  Log log;                                    // optional
  std::function<void(const Event&)> publish;  // optional; topic "inbox"
  std::function<void()> changed;              // optional; there is something new to do
};

// Whoever knows an offer's token is the other peer of that offer.
bool has_token(const StoredOffer& stored, const std::string& token);

Error no_such_offer(const std::string& id);
// `conflict`: there is nothing to decide any more.
Error decided_already(const Offer& offer);

class OfferBook {
 public:
  using Change = std::function<Result<void>(StoredOffer&)>;

  explicit OfferBook(OfferBookOptions options);

  Page<Offer> page(const PageRequest& page);
  std::optional<StoredOffer> find(const std::string& id);
  // `not_found`: there is none, or this is not its token.
  Result<StoredOffer> find_secret(const std::string& id, const std::string& token);
  // What the host has something to do for; offers that wait for its person.
  std::vector<StoredOffer> unfinished();
  std::vector<StoredOffer> undecided();
  // How many of those: of one peer, or of all.
  std::size_t waiting(const std::optional<PeerId>& peer);

  // False, and nothing happens: the id is taken.
  bool add(const StoredOffer& stored, const SentFiles& files);
  // What `change` refuses is not changed; its error is the answer. `not_found`.
  Result<StoredOffer> update(const std::string& id, const Change& change);
  // Ends the offer, unless it has ended.
  void end(const std::string& id, OfferState state, const std::string& why);
  void forget_before(Time time);

  // Whether it is time to try what an offer waits for.
  bool due(const std::string& id);
  // That failed, and is tried again after a while. A waiting offer says why.
  void later(const std::string& id, const std::string& why);
  void succeeded(const std::string& id);

  // Of a folder: its files. None of a file.
  SentFiles files(const StoredOffer& stored);
  void put_files(const std::string& id, const SentFiles& files);
  void put_trees(const std::string& id, const std::vector<MerkleTree>& trees);
  std::optional<MerkleTree> tree(const std::string& id, const ContentId& content);
  // The offer that lets the bearer of this token fetch this content: see OfferStore::offered.
  std::optional<StoredOffer> offered(const ContentId& content, const std::string& token);

  void log(LogLevel level, std::string_view message, const Offer& offer,
           const std::string& why = "") const;
  void publish(const Offer& offer) const;
  // That another peer has made it.
  void publish_arrival(const Offer& offer) const;

 private:
  const OfferBookOptions options_;
  std::mutex mutex_;  // guards the next two
  OfferStore store_;
  Attempts attempts_;
};

}  // namespace swapmeet::transfer_swarm
