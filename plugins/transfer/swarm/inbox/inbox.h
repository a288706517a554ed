// Files that people send each other, without sharing them. The sender keeps an offer with a secret
// token, POSTs it to the receiver's public listener and serves the bytes to whoever has the token;
// the receiver asks the sender, at the address the index has for it, whether the offer is its own,
// and then waits for the person or accepts by rule. An accepted offer is an ordinary download. Each
// side tells the other what became of it, again and again until the other has heard: either may be
// away for a while.
// Threads: thread-safe. One thread hashes what is sent, another speaks to the other peers.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "swapmeet/host.h"
#include "swapmeet/transfer.h"
#include "swapmeet/wire/json.h"
#include "transfer/swarm/catalogue/offered_contents.h"
#include "transfer/swarm/fetch/download_queue.h"
#include "transfer/swarm/fetch/offer_downloads.h"
#include "transfer/swarm/inbox/inbox_store.h"

namespace swapmeet::transfer_swarm {

// A call to another peer's public listener, with the offer's token; answers the body.
using Exchange = std::function<Result<std::string>(
    const std::string& url, const std::string& token, const std::string& method,
    const std::string& target, const std::string& body)>;
Result<std::string> exchange_over_http(const std::string& url, const std::string& token,
                                       const std::string& method, const std::string& target,
                                       const std::string& body);

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
  // Whose offers are accepted without asking: "ask" nobody's, "everyone", or names and ids of
  // peers.
  std::vector<std::string> accept{"ask"};
  std::size_t most_waiting = 1000;  // incoming offers that wait for the person
  std::size_t most_waiting_of_peer = 100;
  std::chrono::milliseconds poll{500};
  std::chrono::milliseconds first_backoff{1'000};  // doubles up to the next
  std::chrono::milliseconds longest_backoff{60'000};
  bool background = true;  // false: nothing happens but in work() (for tests)
};

// All regular files below a folder, at any depth; links are left out. `invalid_argument`: there are
// none, or more than one offer holds; `not_allowed`: not all of it can be read.
Result<SentFiles> files_below(const std::filesystem::path& folder);
// The files of a folder that is offered. `invalid_argument`: not such as a peer sends.
Result<void> check_files(const wire::OfferMessage& message);

class PeerInbox final : public Inbox, public OfferedContents {
 public:
  // Opens the database and goes on with what it holds. `corrupt`, `no_space`: the database.
  static Result<std::unique_ptr<PeerInbox>> open(InboxOptions options);
  ~PeerInbox() override;
  void stop();  // idempotent

  Result<Page<Offer>> list(const PageRequest& page) override;
  Result<Offer> get(const std::string& id) override;
  Result<Offer> accept(const std::string& id) override;
  Result<Offer> refuse(const std::string& id) override;
  Result<Offer> send(const SendRequest& request) override;

  // What other peers call, on the public listener (see inbox_routes.h).
  // `unavailable`: this is another peer, or the sender cannot be asked now; `not_allowed`: the
  // sender did not offer this; `too_many`; `conflict`: the id is taken; `invalid_argument`.
  Result<wire::OfferNews> receive(const wire::OfferMessage& message, const std::string& token);
  Result<wire::OfferMessage> show(const std::string& id, const std::string& token);
  // `conflict`: the offer has ended here already.
  Result<wire::OfferNews> hear(const std::string& id, const std::string& token,
                               const wire::OfferNews& news);
  std::optional<ContentPlace> place(const ContentId& content, const std::string& token) override;
  std::optional<MerkleTree> tree(const ContentId& content, const std::string& token) override;

  // One round of what the threads do: hash, deliver, follow downloads, tell. False: nothing is
  // under way.
  bool work();

 private:
  struct Attempts {
    unsigned count = 0;
    std::chrono::steady_clock::time_point next{};
  };
  explicit PeerInbox(InboxOptions options);
  void start_threads();
  void hash_waiting();
  bool talk();

  // Changes an offer under the lock, stores it and publishes a change of state.
  Result<StoredOffer> update(const std::string& id,
                             const std::function<Result<void>(StoredOffer&)>& change);
  void end(const std::string& id, OfferState state, const std::string& why);
  void later(const std::string& id, const std::string& why);
  std::vector<StoredOffer> unfinished();
  Result<StoredOffer> find_secret(const std::string& id, const std::string& token);
  std::optional<StoredOffer> find_offered(const ContentId& content, const std::string& token);
  Result<Offer> take(const StoredOffer& stored);
  Result<Offer> take_folder(const StoredOffer& stored);
  std::string free_folder(const std::string& name) const;
  Result<void> begin_file(const StoredOffer& stored, SentFile& one);
  // nullopt: that cannot be told now.
  std::optional<Offer> follow_file(const StoredOffer& stored);
  std::optional<Offer> follow_folder(const StoredOffer& stored);
  DownloadStatus status_of(const std::string& download);
  // From where the receiver of an offer fetches.
  static Source source_of(const StoredOffer& stored, const ContentId& content, std::uint64_t size);
  std::vector<Source> sources_of(const StoredOffer& stored);
  SentFiles files_of(const StoredOffer& stored);  // none, unless it is a folder
  wire::OfferMessage message_of(const StoredOffer& stored);
  // What is sent is still what was hashed.
  Result<void> check_unchanged(const StoredOffer& stored);
  void give_up(const StoredOffer& stored);
  bool accepts(const PeerId& sender, const std::string& name) const;
  Result<void> check_room(const PeerId& peer);
  Result<void> confirm(const wire::OfferMessage& message, const std::string& token,
                       const std::string& url);

  void look_back();
  void forget_old();
  void take_the_accepted();
  void hash(const StoredOffer& stored);
  void hashed_all(const std::string& id, const std::function<void(StoredOffer&)>& change);
  bool hash_folder(const StoredOffer& stored);
  Result<MerkleTree> tree_of(const std::string& path, const FileStamp& stamp);
  void step(const StoredOffer& stored, bool look_at_file);
  void follow(const StoredOffer& stored);
  void deliver(const StoredOffer& stored);
  void tell(const StoredOffer& stored);
  bool due(const std::string& id);
  // The other peer's public listener; an error that says why not now.
  Result<std::string> url_of(const StoredOffer& stored);
  void log(LogLevel level, std::string_view message, const Offer& offer,
           const std::string& why = "") const;

  const InboxOptions options_;
  std::mutex mutex_;  // guards the store, attempts_ and accepted_
  OfferStore store_;
  std::map<std::string, Attempts> attempts_;
  std::set<std::string> accepted_;  // offers that wait, though the rule or the person accepts them
  // Of talk()'s thread.
  bool looked_back_ = false;
  std::chrono::steady_clock::time_point forget_next_{};
  std::chrono::steady_clock::time_point look_next_{};  // at the files of open offers
  std::mutex sleep_;                                   // guards stopping_ and woken_
  std::condition_variable changed_;
  std::atomic<bool> stopping_{false};
  std::uint64_t woken_ = 0;
  void wake();
  void loop(const std::function<bool()>& round);
  std::vector<std::thread> threads_;
};

}  // namespace swapmeet::transfer_swarm
