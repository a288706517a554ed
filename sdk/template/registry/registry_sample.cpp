// registry.sample: who is there and what they share, in memory. A restart forgets everything: peers
// register and announce again, and searches begin anew, since its feed is another one.
// Threads: any; one lock for everything.
#include <swapmeet/plugin.h>
#include <swapmeet/query.h>
#include <swapmeet/random.h>
#include <swapmeet/registry.h>
#include <swapmeet/text.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

namespace {

using namespace swapmeet;

Result<void> check_enrollment(const Enrollment& enrollment) {
  if (enrollment.id.is_zero()) return invalid_argument("the peer id is missing");
  if (enrollment.name.empty() || enrollment.name.size() > 64 || !is_utf8(enrollment.name) ||
      has_unicode_control(enrollment.name))
    return invalid_argument("the name must have 1 to 64 characters, and no control characters");
  if (enrollment.port == 0) return invalid_argument("the port is missing");
  if (!enrollment.address.empty())
    if (auto checked = check_host(enrollment.address); !checked) return checked;
  return check_fingerprint(enrollment);
}

// The changes of all peers in order, as a feed. Of several changes to one thing only the last is
// kept, so that it is no longer than what there is, and was.
class Log {
 public:
  Revision latest() const { return latest_; }
  // `about`: the path of a listing; "" is the peer itself, "/" all of its listings.
  void add(Change change, const std::string& about) {
    const auto at = places_.try_emplace({change.peer, about}).first;
    changes_.erase(at->second);
    at->second = change.revision = ++latest_;
    changes_.emplace(latest_, std::move(change));
  }
  // What came before about any listing of the peer does not matter any more.
  void clear(const PeerId& peer) {
    for (auto at = places_.lower_bound({peer, "/"}); at != places_.end() && at->first.first == peer;
         at = places_.erase(at))
      changes_.erase(at->second);
    add({.kind = ChangeKind::clear, .peer = peer}, "/");
  }
  ChangeBatch after(Revision after, std::size_t limit) const {
    ChangeBatch batch{.base = after, .upto = latest_};
    for (auto at = changes_.upper_bound(after); at != changes_.end(); ++at) {
      if (batch.changes.size() == limit) {
        batch.upto = batch.changes.back().revision;
        break;
      }
      batch.changes.push_back(at->second);
    }
    return batch;
  }

 private:
  Revision latest_ = 0;
  std::map<Revision, Change> changes_;
  std::map<std::pair<PeerId, std::string>, Revision> places_;
};

// Whoever wants to be told that there is something new.
class Wakers {
 public:
  Registration add(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakers_[++last_] = std::move(wake);
    return Registration([this, number = last_] {
      const std::lock_guard guard(mutex_);
      wakers_.erase(number);
    });
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, wake] : wakers_) wake();
  }

 private:
  std::mutex mutex_;
  int last_ = 0;
  std::map<int, std::function<void()>> wakers_;
};

class SampleRegistry final : public Plugin, public Registry, public ChangeFeed {
  // Does `work` with the lock held, and wakes who follows if there is something new afterwards.
  template <class Work>
  auto change(Work work) {
    std::unique_lock lock(mutex_);
    const auto before = log_.latest();
    auto result = work();
    const bool advanced = log_.latest() != before;
    lock.unlock();
    if (advanced) wakers_.wake();
    return result;
  }

 public:
  Result<void> configure(Host& host) override {
    host_ = &host;
    lease_ = std::chrono::duration_cast<std::chrono::seconds>(host.settings().duration("lease"));
    return {};
  }
  Result<void> start() override {
    feed_ = random_hex(16);
    leases_ = host_->every(std::chrono::seconds(1), [this] { end_leases(); });
    return {};
  }
  void stop() override { leases_.reset(); }
  void* interface(std::string_view id) override { return interface_of<Registry>(this, id); }

  // Peers.
  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller& caller) override {
    if (auto checked = check_enrollment(enrollment); !checked) return std::move(checked).error();
    return change([&]() -> Result<Enrolled> {
      const auto [found, fresh] = peers_.try_emplace(enrollment.id);
      auto& peer = found->second;
      if (fresh) {
        peer.token = enrollment.token.empty() ? random_hex(20) : enrollment.token;
      } else if (peer.token != enrollment.token) {
        if (enrollment.token.empty() || peer.token != enrollment.former_token)
          return not_allowed("this peer id belongs to somebody else");
        peer.token = enrollment.token;
      }
      const bool renamed = peer.record.name != enrollment.name;
      peer.record.id = enrollment.id;
      peer.record.name = enrollment.name;
      peer.record.address = enrollment.address.empty() ? caller.address : enrollment.address;
      peer.record.port = enrollment.port;
      peer.record.seen_address = caller.address;
      peer.record.account = caller.identity.account;
      peer.record.dialable = enrollment.dialable;
      peer.record.fingerprint = enrollment.fingerprint;
      peer.record.plain = enrollment.plain;
      is_here(peer, renamed);
      return Enrolled{peer.record, lease_, peer.token};
    });
  }
  Result<std::chrono::seconds> renew(const PeerId& id, const std::string& token) override {
    return change([&]() -> Result<std::chrono::seconds> {
      const auto peer = owned(id, token);
      if (!peer) return peer.error();
      is_here(**peer, false);
      return lease_;
    });
  }
  Result<void> leave(const PeerId& id, const std::string& token) override {
    return change([&]() -> Result<void> {
      const auto peer = owned(id, token);
      if (!peer) return peer.error();
      is_gone(**peer);
      return {};
    });
  }
  Result<Page<PeerRecord>> peers(const PeerQuery& query) override {
    const std::lock_guard lock(mutex_);
    const auto wanted = fold(query.name);
    std::map<std::string, const PeerRecord*> in_order;  // by name, then id
    for (const auto& [id, peer] : peers_)
      if ((peer.record.present || !query.present_only) &&
          fold(peer.record.name).find(wanted) != std::string::npos)
        in_order.emplace(peer.record.name + '\0' + id.text(), &peer.record);
    return page_of<PeerRecord>(in_order, query.page, [&](const PeerRecord* record) {
      return as_seen_by(query.viewer, peers_.at(record->id));
    });
  }
  Result<PeerRecord> peer(const PeerId& id, const Identity& viewer) override {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(id);
    if (found == peers_.end()) return unknown();
    auto record = as_seen_by(viewer, found->second);
    std::map<std::string, bool> locked;  // shares that say that they are there
    for (const auto& [path, listing] : found->second.listings) {
      const auto slash = path.find('/');
      if (slash == std::string::npos) continue;
      const auto share = path.substr(0, slash);
      const bool open = listing.audience.admits(viewer);
      if (open || listing.audience.visible) locked.try_emplace(share, true);
      if (open) locked[share] = false;
    }
    for (const auto& [share, is_locked] : locked)
      if (is_locked && record.locked.size() < 1'000) record.locked.push_back(share);
    return record;
  }

  // What they share.
  Result<FeedPosition> announced(const PeerId& id, const std::string& token) override {
    const std::lock_guard lock(mutex_);
    const auto peer = owned(id, token);
    if (!peer) return peer.error();
    return (**peer).announced;
  }
  Result<FeedPosition> announce(const PeerId& id, const std::string& token,
                                const ChangeBatch& batch) override {
    return change([&]() -> Result<FeedPosition> {
      const auto owner = owned(id, token);
      if (!owner) return owner.error();
      auto& peer = **owner;
      if (batch.base != 0 && peer.announced != FeedPosition{batch.feed, batch.base})
        return conflict("the registry stands elsewhere in this catalogue");
      for (const auto& one : batch.changes)
        if (one.kind == ChangeKind::put)
          if (auto checked = check_listing(one.listing); !checked)
            return std::move(checked).error();
      if (batch.base == 0) clear(peer);
      for (const auto& one : batch.changes) take(peer, one);
      peer.announced = {batch.feed, batch.upto};
      return peer.announced;
    });
  }
  Result<Page<Listing>> browse(const PeerId& id, const BrowseQuery& query) override {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(id);
    if (found == peers_.end()) return unknown();
    auto below = query.folder;
    if (!below.empty() && !below.ends_with('/')) below += '/';
    std::map<std::string, const Listing*> in_order;
    for (const auto& [path, listing] : found->second.listings)
      if (path.starts_with(below) && listing.audience.admits(query.viewer))
        in_order.emplace(path, &listing);
    return page_of<Listing>(in_order, query.page, [](const Listing* listing) { return *listing; });
  }
  Result<ContentRecord> content(const ContentQuery& query) override {
    const std::lock_guard lock(mutex_);
    ContentRecord record{.content = query.content};
    record.audience.everyone = false;
    std::map<std::string, int> names;
    for (const auto& [id, peer] : peers_) {
      std::uint64_t has = 0;
      bool source = false;
      bool restricted = true;
      for (const auto& [path, listing] : peer.listings) {
        if (listing.content != query.content || !listing.audience.admits(query.viewer)) continue;
        record.size = listing.size;
        ++names[std::string(name_of_path(path))];
        has = std::max(has, listing.have.value_or(listing.size));
        source = true;
        restricted = restricted && !listing.audience.everyone;
        if (!is_partial(listing)) record.audience.widen(listing.audience.as_known_to(query.viewer));
      }
      if (source && peer.record.present && peer.record.dialable && record.sources.size() < 200)
        record.sources.push_back({id, peer.record.name,
                                  url_of(peer.record) + "/content/" + query.content.text(), has,
                                  peer.record.fingerprint, restricted});
    }
    if (names.empty()) return not_found("nobody shares this content");
    std::vector<std::pair<int, std::string>> by_use;
    for (const auto& [name, uses] : names) by_use.emplace_back(-uses, name);
    std::sort(by_use.begin(), by_use.end());
    for (const auto& [uses, name] : by_use)
      if (record.names.size() < 20) record.names.push_back(name);
    return record;
  }
  Result<RegistryCounts> counts() override {
    const std::lock_guard lock(mutex_);
    RegistryCounts counts{.peers = peers_.size()};
    for (const auto& [id, peer] : peers_) {
      if (!peer.record.present) continue;
      ++counts.present;
      const auto seen = as_seen_by({}, peer);
      counts.files += seen.files;
      counts.bytes = saturating_sum(counts.bytes, seen.bytes);
    }
    return counts;
  }

  // The feed.
  ChangeFeed* feed() override { return this; }
  Result<FeedState> state() override {
    const std::lock_guard lock(mutex_);
    return FeedState{feed_, 0, log_.latest()};
  }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (after > log_.latest()) return conflict("the feed has not come so far yet");
    auto batch = log_.after(after, limit);
    batch.feed = feed_;
    return batch;
  }
  Registration on_advance(std::function<void()> wake) override {
    return wakers_.add(std::move(wake));
  }

 private:
  struct Peer {
    PeerRecord record;
    std::string token;
    FeedPosition announced;
    Instant lease_ends{};
    std::map<std::string, Listing> listings;  // by path
  };

  static Error unknown() { return not_found("this peer is not registered"); }

  // With what of its files `viewer` may see.
  static PeerRecord as_seen_by(const Identity& viewer, const Peer& peer) {
    auto record = peer.record;
    for (const auto& [path, listing] : peer.listings) {
      if (listing.audience.admits(viewer)) continue;
      --record.files;
      record.bytes -= listing.size;
    }
    return record;
  }

  // A page begins after the key that the page before ended with.
  template <class Item, class Entries, class Make>
  static Result<Page<Item>> page_of(const Entries& entries, const PageRequest& request, Make make) {
    constexpr char kMark = '>';
    if (!request.after.empty() && request.after.front() != kMark)
      return invalid_argument("there is no such page");
    Page<Item> page;
    auto at =
        request.after.empty() ? entries.begin() : entries.upper_bound(request.after.substr(1));
    for (; at != entries.end() && page.items.size() < request.limit; ++at) {
      page.items.push_back(make(at->second));
      page.next = kMark + at->first;
    }
    if (at == entries.end()) page.next.clear();
    return page;
  }

  Result<Peer*> owned(const PeerId& id, const std::string& token) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return unknown();
    if (found->second.token != token) return not_allowed("this is not the peer's token");
    return &found->second;
  }
  void is_here(Peer& peer, bool renamed) {
    peer.lease_ends = host_->clock().steady() + lease_;
    peer.record.last_seen = host_->clock().now();
    if (peer.record.present && !renamed) return;
    peer.record.present = true;
    log_.add({.kind = ChangeKind::present, .peer = peer.record.id, .peer_name = peer.record.name},
             "");
  }
  void is_gone(Peer& peer) {
    if (!std::exchange(peer.record.present, false)) return;
    log_.add({.kind = ChangeKind::absent, .peer = peer.record.id}, "");
  }
  void end_leases() {
    change([&] {
      for (auto& [id, peer] : peers_)
        if (peer.lease_ends <= host_->clock().steady()) is_gone(peer);
      return true;
    });
  }
  void clear(Peer& peer) {
    if (peer.listings.empty()) return;
    peer.listings.clear();
    peer.record.files = peer.record.bytes = 0;
    log_.clear(peer.record.id);
  }
  void remove(Peer& peer, const std::string& path) {
    const auto found = peer.listings.find(path);
    if (found == peer.listings.end()) return;
    --peer.record.files;
    peer.record.bytes -= found->second.size;
    peer.listings.erase(found);
  }
  void take(Peer& peer, const Change& change) {
    auto entry = change;
    entry.peer = peer.record.id;
    const auto& path = change.listing.path;
    if (change.kind == ChangeKind::clear) {
      clear(peer);
    } else if (change.kind == ChangeKind::remove && peer.listings.contains(path)) {
      remove(peer, path);
      log_.add(entry, path);
    } else if (change.kind == ChangeKind::put) {
      remove(peer, path);
      ++peer.record.files;
      peer.record.bytes += change.listing.size;
      peer.listings[path] = change.listing;
      log_.add(entry, path);
    }
  }

  Host* host_ = nullptr;
  std::chrono::seconds lease_{};
  Registration leases_;
  std::string feed_;
  Wakers wakers_;
  std::mutex mutex_;
  Log log_;
  std::map<PeerId, Peer> peers_;
};

constexpr const char* kProvides[] = {Registry::kInterface};
constexpr KeySpec kKeys[] = {{"lease", KeyType::duration, "90s", "1s", "1h",
                              "How long a peer is present after it was last heard of."}};

}  // namespace

SWAPMEET_PLUGIN(SampleRegistry, {.id = "registry.sample",
                                 .kind = Kind::registry,
                                 .version = "0.1",
                                 .summary = "Peers and what they share, in memory.",
                                 .provides = kProvides,
                                 .keys = kKeys});
