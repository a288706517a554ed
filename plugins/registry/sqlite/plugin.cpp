// registry.sqlite: the registry as a store of its own. The Store keeps what must last, Presence the
// leases; here is what a plugin needs around them, and whose a peer id is.
#include "swapmeet/plugin.h"

#include <atomic>
#include <mutex>

#include "registry/sqlite/enrollment_rules.h"
#include "registry/sqlite/presence.h"
#include "registry/sqlite/registry_news.h"
#include "registry/sqlite/store.h"
#include "registry/sqlite/upkeep.h"
#include "registry/sqlite/wakers.h"
#include "swapmeet/digest.h"
#include "swapmeet/random.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/sqlite/columns.h"

namespace swapmeet::registry_sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto kProbe = 250ms;          // at most, at the start
constexpr std::size_t kTokenSize = 32;  // bytes

constexpr const char* kProvides[] = {Registry::kInterface};
constexpr KeySpec kKeys[] = {
    {"lease", KeyType::duration, "60s", "1s", "1h",
     "How long a peer counts as present without renewing."},
    {"forget_after", KeyType::duration, "90d", "1m", nullptr,
     "Peers that have been absent for so long are forgotten, with their listings."},
    at_once({"max_peers", KeyType::integer, "100000", "0", nullptr,
             "Peers that may be registered, in all; 0: any number."}),
    at_once({"max_peers_per_owner", KeyType::integer, "200", "0", nullptr,
             "Of them, those of one account, or of all guests at one address (of IPv6, one /64); "
             "0: any number, for an index behind a proxy."}),
    at_once({"max_listings", KeyType::integer, "50000000", "0", nullptr,
             "Listings of all peers together; 0: any number."}),
    at_once({"max_listings_per_peer", KeyType::integer, "1000000", "0", nullptr,
             "Listings of one peer; 0: any number."}),
    at_once({"max_listings_per_owner", KeyType::integer, "4000000", "0", nullptr,
             "Listings of the peers of one account, or of all guests at one address; 0: any "
             "number."}),
    at_once({"max_bytes_per_peer", KeyType::size, "1000T", "0", "1000000T",
             "Bytes of all files of one peer, as it says; 0: any number."}),
};

// What the keys say at a moment.
struct Limits {
  PeerLimits peers;
  ListingLimits listings;

  static Limits from(const Settings& settings) {
    const auto number = [&](const char* key) {
      return static_cast<std::uint64_t>(settings.integer(key));
    };
    return {.peers = {.of_owner = number("max_peers_per_owner"), .in_all = number("max_peers")},
            .listings = {.of_peer = number("max_listings_per_peer"),
                         .bytes_of_peer = settings.size("max_bytes_per_peer"),
                         .of_owner = number("max_listings_per_owner"),
                         .in_all = number("max_listings")}};
  }
};

class SqliteRegistry final : public Plugin, public Registry, public ChangeFeed {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    lease_ = std::chrono::duration_cast<std::chrono::seconds>(host.settings().duration("lease"));
    forget_after_ = host.settings().duration("forget_after");
    news_.emplace([&host](const Event& event) { host.publish(event); });
    kept_.emplace(stores_in(host.data_folder()));
    set_limits(Limits::from(host.settings()));
    limited_ = host.counter("registry_limited_total",
                            "Registrations and announcements refused by a limit of [registry].");
    return {};
  }

  Result<void> reconfigure(const Settings& settings) override {
    set_limits(Limits::from(settings));
    return {};
  }

  Result<void> start() override {
    stopping_ = false;
    return sqlite::attempt([&]() -> Result<void> {
      store_ = std::make_unique<Store>(host_->data_folder(),
                                       StoreOptions{.writer = {.seed = random_seed()}},
                                       [this](const ListingNews& news) { news_->tell(news); });
      store_->probe(host_->clock(), kProbe, random_seed());
      presence_ = std::make_unique<Presence>(
          *store_, host_->clock(), lease_, [this] { wakers_.wake(); },
          [this](auto what, auto peers) { tell(what, peers); });
      expiry_ = host_->every(
          std::min<std::chrono::milliseconds>(1s, std::chrono::milliseconds(lease_) / 2),
          [this] { expire(); });
      forgetting_ = host_->every(1h, [this] { forget(); });
      return {};
    });
  }

  void stop() override {
    stopping_ = true;
    expiry_.reset();
    forgetting_.reset();
  }

  void* interface(std::string_view id) override {
    if (auto* stores = interface_of<Stores>(&*kept_, id)) return stores;
    return interface_of<Registry>(this, id);
  }

  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller& caller) override {
    if (auto checked = check_enrollment(enrollment); !checked) return std::move(checked).error();
    return attempt([&]() -> Result<Enrolled> {
      const std::lock_guard lock(enroll_mutex_);
      const auto known = store_->peer(enrollment.id);
      const bool is_heir = known && is_transferred_to(known->record, caller.identity);
      if (known && !is_heir)
        if (auto allowed = check_owner(*known, enrollment, caller.identity); !allowed)
          return std::move(allowed).error();
      const std::string token =
          enrollment.token.empty() ? random_hex(kTokenSize) : enrollment.token;
      StoredPeer peer;
      peer.token_hash = sha256(token);
      auto& record = peer.record;
      record.id = enrollment.id;
      record.name = enrollment.name;
      record.address =
          enrollment.address;  // as given; the store shows the seen one when it is empty
      record.seen_address = caller.address;
      record.port = enrollment.port;
      record.dialable = enrollment.dialable;
      record.fingerprint = enrollment.fingerprint;
      record.plain = enrollment.plain;
      record.account = caller.identity.account;
      record.last_seen = host_->clock().now();
      if (known && !is_heir) record.transfer = known->record.transfer;
      if (!known)
        if (auto room = store_->check_room(record, limits().peers); !room)
          return counted(std::move(room).error());
      presence_->register_peer(peer);
      host_->log(LogLevel::info, "registered",
                 {{"peer", record.id.text()}, {"name", record.name}, {"address", caller.address}});
      return Enrolled{store_->peer(enrollment.id)->record, lease_, token, host_->peer_id()};
    });
  }

  Result<std::chrono::seconds> renew(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<std::chrono::seconds> {
      auto known = owned(peer, token);
      if (!known) return std::move(known).error();
      presence_->renew(peer);
      return lease_;
    });
  }

  Result<void> leave(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<void> {
      auto known = owned(peer, token);
      if (!known) return std::move(known).error();
      presence_->leave(peer);
      host_->log(LogLevel::info, "left", {{"peer", peer.text()}, {"name", known->record.name}});
      return {};
    });
  }

  Result<Reachability> reachability(const PeerId& peer) override {
    return attempt([&]() -> Result<Reachability> {
      auto known = store_->reachability(peer);
      if (!known) return not_registered(peer);
      return std::move(*known);
    });
  }

  Result<void> reached(const PeerId& peer, const Reachability& reach) override {
    return attempt([&]() -> Result<void> {
      store_->put_reachability(peer, reach);
      return {};
    });
  }

  Result<Page<PeerRecord>> peers(const PeerQuery& query) override {
    if (!sqlite::is_cursor(query.page.after))
      return invalid_argument("'after' is not what an earlier page gave as 'next'");
    return attempt([&]() -> Result<Page<PeerRecord>> {
      auto page = store_->peers(query);
      presence_->add_last_seen(page.items);
      return page;
    });
  }

  Result<PeerRecord> peer(const PeerId& peer, const Identity& viewer) override {
    return attempt([&]() -> Result<PeerRecord> {
      auto known = store_->peer_for(peer, viewer);
      if (!known) return not_registered(peer);
      presence_->add_last_seen({&*known, 1});
      return std::move(*known);
    });
  }

  Result<FeedPosition> announced(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<FeedPosition> {
      if (auto known = owned(peer, token); !known) return std::move(known).error();
      return store_->announced(peer);
    });
  }

  Result<FeedPosition> announce(const PeerId& peer, const std::string& token,
                                const ChangeBatch& batch) override {
    return attempt([&]() -> Result<FeedPosition> {
      if (auto known = owned(peer, token); !known) return std::move(known).error();
      auto position = store_->announce(peer, batch, limits().listings);
      if (!position) return counted(std::move(position).error());
      wakers_.wake();
      return position;
    });
  }

  Result<Page<Listing>> browse(const PeerId& peer, const BrowseQuery& query) override {
    if (!sqlite::is_cursor(query.page.after))
      return invalid_argument("'after' is not what an earlier page gave as 'next'");
    return attempt([&]() -> Result<Page<Listing>> {
      if (!store_->peer(peer)) return not_registered(peer);
      return store_->browse(peer, query, query.viewer);
    });
  }

  Result<FolderLevel> level(const PeerId& peer, const BrowseQuery& query) override {
    if (!sqlite::is_cursor(query.page.after))
      return invalid_argument("'after' is not what an earlier page gave as 'next'");
    return attempt([&]() -> Result<FolderLevel> {
      if (!store_->peer(peer)) return not_registered(peer);
      return store_->level(peer, query);
    });
  }

  Result<ContentRecord> content(const ContentQuery& query) override {
    return attempt([&] { return store_->content(query.content, query.viewer); });
  }

  Result<RegistryCounts> counts() override {
    return attempt([&]() -> Result<RegistryCounts> { return store_->counts(); });
  }

  Result<void> check_token(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<void> {
      if (auto known = owned(peer, token); !known) return std::move(known).error();
      return {};
    });
  }

  Result<std::size_t> forget(const std::vector<PeerId>& peers) override {
    return attempt([&]() -> Result<std::size_t> {
      std::size_t count = 0;
      for (const auto& peer : peers)
        if (presence_->forget(peer)) ++count;
      if (count > 0) host_->log(LogLevel::info, "forgot peers", {{"peers", std::to_string(count)}});
      return count;
    });
  }

  Result<void> transfer(const PeerId& peer, const Transfer& to) override {
    return attempt([&]() -> Result<void> {
      const std::lock_guard lock(enroll_mutex_);
      if (!store_->transfer(peer, to)) return not_registered(peer);
      return {};
    });
  }

  ChangeFeed* feed() override { return this; }
  Result<FeedState> state() override {
    return attempt([&]() -> Result<FeedState> { return store_->feed_state(); });
  }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    return attempt([&] { return store_->changes_after(after, limit); });
  }
  Registration on_advance(std::function<void()> wake) override {
    return wakers_.add(std::move(wake));
  }

 private:
  // That the file is damaged is told once, where the operator looks, whoever met it first.
  template <class Work>
  auto attempt(Work&& work) -> decltype(work()) {
    auto result = sqlite::attempt(std::forward<Work>(work));
    if (!result && result.error().code == ErrorCode::corrupt && !told_of_damage_.exchange(true))
      host_->log(LogLevel::error, "the registry is damaged", {{"why", result.error().message}});
    return result;
  }

  static Error not_registered(const PeerId& peer) {
    return {ErrorCode::not_found, "the peer " + peer.text() + " is not registered here", {}};
  }

  static bool matches(const StoredPeer& peer, const std::string& token) {
    return equal_in_constant_time(sha256(token), peer.token_hash);
  }

  bool is_transferred_to(const PeerRecord& peer, const Identity& who) const {
    return peer.transfer && peer.transfer->until > host_->clock().now() &&
           (peer.transfer->account.empty() || peer.transfer->account == who.account);
  }

  // Whether who comes with that token may register the peer again.
  static Result<void> check_owner(const StoredPeer& known, const Enrollment& enrollment,
                                  const Identity& who) {
    const auto& account = known.record.account;
    const bool is_own_account = !account.empty() && account == who.account;
    // Who is logged in as the account that registered it needs no token: it may be lost.
    if (is_own_account) return {};
    if (!matches(known, enrollment.token) && !matches(known, enrollment.former_token))
      return not_allowed(
          "the peer id " + known.record.id.text() +
          " belongs to somebody else here, or the token of its first registration is lost: " +
          (account.empty() ? "" : "log in as the account that registered it, ") +
          "ask the operator of the index for `swapmeet peer transfer " +
          known.record.id.text().substr(0, 8) + "`, or use another id");
    // The same token under another account: who had the peer until now must not lose it.
    if (!who.is_guest() && !account.empty())
      return not_allowed("the peer id " + known.record.id.text() +
                         " belongs to another account: log in as that one, or ask the operator of "
                         "the index to transfer it");
    return {};
  }

  void set_limits(const Limits& limits) {
    const std::lock_guard lock(limits_mutex_);
    limits_ = limits;
  }
  Limits limits() const {
    const std::lock_guard lock(limits_mutex_);
    return limits_;
  }
  Error counted(Error error) const {
    if (error.code == ErrorCode::too_many) limited_->add();
    return error;
  }

  Result<StoredPeer> owned(const PeerId& peer, const std::string& token) {
    auto known = store_->peer(peer);
    if (!known) return not_registered(peer);
    if (!matches(*known, token))
      return Error{ErrorCode::not_allowed, "this is not the token of the peer " + peer.text(), {}};
    return std::move(*known);
  }

  void tell(PresenceChange what, std::span<const PeerId> peers) {
    for (const auto& peer : peers)
      if (const auto known = store_->peer(peer)) news_->tell(what, known->record);
  }

  // After an outage it may be thousands: the log names the first.
  void expire() {
    constexpr std::size_t kNamed = 20;
    const auto late = presence_->expire();
    for (std::size_t i = 0; i < std::min(late.size(), kNamed); ++i)
      if (const auto known = store_->peer(late[i]))
        host_->log(LogLevel::info, "lease ran out",
                   {{"peer", late[i].text()}, {"name", known->record.name}});
    if (late.size() > kNamed)
      host_->log(LogLevel::info, "more leases ran out",
                 {{"peers", std::to_string(late.size() - kNamed)}});
  }

  void forget() {
    std::size_t forgotten = 0;
    for (auto count = Store::kForgottenAtOnce; count == Store::kForgottenAtOnce && !stopping_;) {
      count = store_->forget_absent_since(host_->clock().now() - forget_after_);
      if (count > 0) wakers_.wake();
      forgotten += count;
    }
    if (forgotten > 0)
      host_->log(LogLevel::info, "forgot absent peers", {{"peers", std::to_string(forgotten)}});
    if (const auto count = store_->prune(); count > 0)
      host_->log(LogLevel::info, "forgot removals", {{"removals", std::to_string(count)}});
  }

  Host* host_ = nullptr;
  std::chrono::seconds lease_{};
  std::chrono::milliseconds forget_after_{};
  std::optional<sqlite::KeptStores> kept_;
  std::optional<RegistryNews> news_;
  Wakers wakers_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Presence> presence_;
  std::atomic<bool> told_of_damage_{false};
  mutable std::mutex limits_mutex_;
  Limits limits_;
  std::shared_ptr<Counter> limited_;
  std::mutex enroll_mutex_;             // two at once for one id must not both find it free
  std::atomic<bool> stopping_ = false;  // thousands of peers to forget must not delay it
  Registration expiry_;
  Registration forgetting_;
};

}  // namespace
}  // namespace swapmeet::registry_sqlite

SWAPMEET_PLUGIN(swapmeet::registry_sqlite::SqliteRegistry,
                {.id = "registry.sqlite",
                 .kind = swapmeet::Kind::registry,
                 .version = "0.2.0",
                 .summary = "Keeps peers and listings in a database of its own.",
                 .provides = swapmeet::registry_sqlite::kProvides,
                 .keys = swapmeet::registry_sqlite::kKeys});
