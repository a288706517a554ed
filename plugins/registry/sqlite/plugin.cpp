// registry.sqlite: the registry as a store of its own. The store keeps what must last; leases live
// here, in memory: a renewal that changes nothing writes nothing.
#include "swapmeet/plugin.h"

#include <atomic>
#include <map>
#include <mutex>

#include "registry/sqlite/store.h"
#include "registry/sqlite/upkeep.h"
#include "swapmeet/digest.h"
#include "swapmeet/secret_file.h"
#include "swapmeet/sqlite/columns.h"
#include "swapmeet/text.h"

namespace swapmeet::registry_sqlite {
namespace {

using namespace swapmeet;
using namespace std::chrono_literals;

constexpr const char* kProvides[] = {Registry::kInterface};
constexpr KeySpec kKeys[] = {
    {"lease", KeyType::duration, "60s", "1s", "1h",
     "How long a peer counts as present without renewing."},
    {"forget_after", KeyType::duration, "90d", "1m", nullptr,
     "Peers that have been absent for so long are forgotten, with their listings."},
};

Result<void> check_name(const std::string& name) {
  std::size_t characters = 0;
  for (const char c : name)
    if ((c & 0xc0) != 0x80) ++characters;
  if (has_control(name)) return invalid_argument("the name holds a control character");
  if (!is_utf8(name)) return invalid_argument("the name is not UTF-8");
  if (characters == 0 || characters > 64)
    return invalid_argument("the name must have 1 to 64 characters");
  return {};
}

Result<void> check_enrollment(const Enrollment& enrollment) {
  if (enrollment.id.is_zero()) return invalid_argument("the peer id must not be all zeros");
  if (auto checked = check_name(enrollment.name); !checked) return checked;
  if (enrollment.port == 0) return invalid_argument("the port must be from 1 to 65535");
  if (!enrollment.address.empty())
    if (auto checked = check_host(enrollment.address); !checked) return checked;
  if (enrollment.token.empty()) return {};
  if (enrollment.token.size() < 32 || enrollment.token.size() > 128)
    return invalid_argument("the token must have 32 to 128 characters");
  for (const char c : enrollment.token)
    if (c <= 0x20 || c >= 0x7f)
      return invalid_argument("the token holds a character that is not printable");
  return {};
}

class SqliteRegistry final : public Plugin, public Registry, public ChangeFeed {
 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    lease_ = std::chrono::duration_cast<std::chrono::seconds>(host.settings().duration("lease"));
    forget_after_ = host.settings().duration("forget_after");
    kept_.emplace(stores_in(host.data_folder()));
    return {};
  }

  Result<void> start() override {
    stopping_ = false;
    return sqlite::attempt([&]() -> Result<void> {
      store_ = std::make_unique<Store>(
          host_->data_folder(), StoreOptions{.clock = &host_->clock(), .seed = random_seed()});
      // Whoever was present when this host stopped gets one lease to come back.
      for (const auto& peer : store_->present_peers())
        deadlines_[peer] = host_->clock().steady() + lease_;
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
      if (known && !matches(*known, enrollment.token))
        return Error{ErrorCode::not_allowed,
                     "the peer id " + enrollment.id.text() +
                         " belongs to somebody else: send the token of its first registration, or "
                         "use an id of your own",
                     {}};
      // The same token under another account: who had the peer until now must not lose it.
      if (known && !caller.identity.is_guest() && !known->record.account.empty() &&
          known->record.account != caller.identity.account)
        return Error{ErrorCode::not_allowed,
                     "the peer id " + enrollment.id.text() + " belongs to another account",
                     {}};
      const std::string token = enrollment.token.empty() ? random_hex(32) : enrollment.token;
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
      record.account = caller.identity.account;
      record.last_seen = host_->clock().now();
      {
        const std::lock_guard leases(lease_mutex_);
        store_->put_peer(peer);
        extend(enrollment.id);
      }
      wake();
      host_->log(LogLevel::info, "registered",
                 {{"peer", record.id.text()}, {"name", record.name}, {"address", caller.address}});
      return Enrolled{store_->peer(enrollment.id)->record, lease_, token};
    });
  }

  Result<std::chrono::seconds> renew(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<std::chrono::seconds> {
      auto known = owned(peer, token);
      if (!known) return std::move(known).error();
      {
        const std::lock_guard lock(lease_mutex_);
        if (deadlines_.contains(peer)) return extend(peer), lease_;
      }
      come_back(peer);
      return lease_;
    });
  }

  Result<void> leave(const PeerId& peer, const std::string& token) override {
    return attempt([&]() -> Result<void> {
      auto known = owned(peer, token);
      if (!known) return std::move(known).error();
      const std::lock_guard lock(lease_mutex_);
      set_present({peer}, false);
      deadlines_.erase(peer);
      host_->log(LogLevel::info, "left", {{"peer", peer.text()}, {"name", known->record.name}});
      return {};
    });
  }

  Result<Page<PeerRecord>> peers(const PeerQuery& query) override {
    if (!sqlite::is_cursor(query.page.after))
      return invalid_argument("'after' is not what an earlier page gave as 'next'");
    return attempt([&]() -> Result<Page<PeerRecord>> { return store_->peers(query); });
  }

  Result<PeerRecord> peer(const PeerId& peer) override {
    return attempt([&]() -> Result<PeerRecord> {
      auto known = store_->peer(peer);
      if (!known) return not_registered(peer);
      return known->record;
    });
  }

  Result<FeedPosition> announced(const PeerId& peer) override {
    return attempt([&]() -> Result<FeedPosition> {
      if (!store_->peer(peer)) return not_registered(peer);
      return store_->announced(peer);
    });
  }

  Result<FeedPosition> announce(const PeerId& peer, const std::string& token,
                                const ChangeBatch& batch) override {
    return attempt([&]() -> Result<FeedPosition> {
      if (auto known = owned(peer, token); !known) return std::move(known).error();
      auto position = store_->announce(peer, batch);
      if (position) wake();
      return position;
    });
  }

  Result<Page<Listing>> browse(const PeerId& peer, const BrowseQuery& query,
                               const Identity& viewer) override {
    if (!sqlite::is_cursor(query.page.after))
      return invalid_argument("'after' is not what an earlier page gave as 'next'");
    return attempt([&]() -> Result<Page<Listing>> {
      if (!store_->peer(peer)) return not_registered(peer);
      return store_->browse(peer, query, viewer);
    });
  }

  Result<ContentRecord> content(const ContentId& content, const Identity& viewer) override {
    return attempt([&] { return store_->content(content, viewer); });
  }

  Result<RegistryCounts> counts() override {
    return attempt([&]() -> Result<RegistryCounts> { return store_->counts(); });
  }

  ChangeFeed* feed() noexcept override { return this; }
  Result<FeedState> state() override {
    return attempt([&]() -> Result<FeedState> { return store_->feed_state(); });
  }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    return attempt([&] { return store_->changes_after(after, limit); });
  }
  Registration on_advance(std::function<void()> wake) override {
    const std::lock_guard lock(wake_mutex_);
    const int number = next_waker_++;
    wakers_[number] = std::move(wake);
    return Registration([this, number] {
      const std::lock_guard erasing(wake_mutex_);
      wakers_.erase(number);
    });
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

  Result<StoredPeer> owned(const PeerId& peer, const std::string& token) {
    auto known = store_->peer(peer);
    if (!known) return not_registered(peer);
    if (!matches(*known, token))
      return Error{ErrorCode::not_allowed, "this is not the token of the peer " + peer.text(), {}};
    return std::move(*known);
  }

  // With lease_mutex_ held.
  void extend(const PeerId& peer) { deadlines_[peer] = host_->clock().steady() + lease_; }

  void set_present(const std::vector<PeerId>& peers, bool present) {
    store_->set_present(peers, present, host_->clock().now());
    wake();
  }

  // After an outage thousands are back at once: whoever gets the lock lets all in that wait for it,
  // in one transaction.
  void come_back(const PeerId& peer) {
    {
      const std::lock_guard lock(returning_mutex_);
      returning_.push_back(peer);
    }
    const std::lock_guard lock(lease_mutex_);
    const bool is_back = deadlines_.contains(peer);  // another let it in, or it registered
    std::vector<PeerId> all{peer};                   // the list may have gone with one that failed
    {
      const std::lock_guard taking(returning_mutex_);
      std::erase(returning_, peer);
      if (!is_back) {
        all.insert(all.end(), returning_.begin(), returning_.end());
        returning_.clear();
      }
    }
    if (!is_back) set_present(all, true);
    for (const auto& one : all) extend(one);
  }

  // Deadline and presence change together under one lock: a renewal in between would leave a peer
  // with a deadline that is absent, or the other way round.
  void expire() {
    const std::lock_guard lock(lease_mutex_);
    std::vector<PeerId> late;
    const auto now = host_->clock().steady();
    for (const auto& [peer, deadline] : deadlines_)
      if (deadline <= now) late.push_back(peer);
    if (late.empty()) return;
    set_present(late, false);
    for (const auto& peer : late) deadlines_.erase(peer);
    host_->log(LogLevel::info, "leases ran out", {{"peers", std::to_string(late.size())}});
  }

  void forget() {
    std::size_t forgotten = 0;
    for (auto count = Store::kForgottenAtOnce; count == Store::kForgottenAtOnce && !stopping_;) {
      count = store_->forget_absent_since(host_->clock().now() - forget_after_);
      if (count > 0) wake();
      forgotten += count;
    }
    if (forgotten > 0)
      host_->log(LogLevel::info, "forgot absent peers", {{"peers", std::to_string(forgotten)}});
    if (const auto count = store_->prune(); count > 0)
      host_->log(LogLevel::info, "forgot removals", {{"removals", std::to_string(count)}});
  }

  void wake() {
    const std::lock_guard lock(wake_mutex_);
    for (const auto& [number, waker] : wakers_) waker();
  }

  Host* host_ = nullptr;
  std::chrono::seconds lease_{};
  std::chrono::milliseconds forget_after_{};
  std::optional<sqlite::KeptStores> kept_;
  std::unique_ptr<Store> store_;
  std::atomic<bool> told_of_damage_{false};
  std::mutex enroll_mutex_;  // two at once for one id must not both find it free
  std::mutex lease_mutex_;
  std::map<PeerId, std::chrono::steady_clock::time_point> deadlines_;
  std::mutex returning_mutex_;  // after lease_mutex_
  std::vector<PeerId> returning_;
  std::mutex wake_mutex_;
  std::map<int, std::function<void()>> wakers_;
  int next_waker_ = 0;
  std::atomic<bool> stopping_ = false;  // thousands of peers to forget must not delay it
  Registration expiry_;
  Registration forgetting_;
};

}  // namespace
}  // namespace swapmeet::registry_sqlite

SWAPMEET_PLUGIN(swapmeet::registry_sqlite::SqliteRegistry,
                {.id = "registry.sqlite",
                 .kind = swapmeet::Kind::registry,
                 .version = "0.1.0",
                 .summary = "Keeps peers and listings in a database of its own.",
                 .provides = swapmeet::registry_sqlite::kProvides,
                 .keys = swapmeet::registry_sqlite::kKeys});
