#include <algorithm>
#include <map>
#include <random>

#include "registry_checks.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {
namespace {

// What somebody who follows the feed knows, and nothing else.
class Mirror {
 public:
  // Follows to the end, `limit` changes at a time. False: told to start over.
  bool follow(ChangeFeed& feed, std::size_t limit) {
    while (true) {
      const auto state = feed.state();
      REQUIRE(state.ok());
      if (stands_.feed != state->feed) stands_ = {state->feed, 0};
      if (stands_.revision == state->latest && stands_.revision != 0) return true;
      const auto batch = feed.changes_after(stands_.revision, limit);
      if (is_error(batch, ErrorCode::conflict)) return false;
      REQUIRE(batch.ok());
      take(*batch, limit);
      if (batch->upto == state->latest) return true;
    }
  }

  std::vector<Listing> listings(const PeerId& peer) const {
    std::vector<Listing> all;
    for (const auto& [key, listing] : listings_)
      if (key.first == peer) all.push_back(listing);
    return all;
  }
  bool present(const PeerId& peer) const {
    const auto found = names_.find(peer);
    return found != names_.end() && !found->second.empty();
  }
  std::string name(const PeerId& peer) const { return names_.at(peer); }
  const FeedPosition& stands() const { return stands_; }

 private:
  void take(const ChangeBatch& batch, std::size_t limit) {
    CHECK(batch.feed == stands_.feed);
    CHECK(batch.base == stands_.revision);
    CHECK(batch.changes.size() <= limit);
    CHECK((batch.upto > batch.base || (batch.upto == 0 && batch.changes.empty())));
    if (batch.base == 0) {
      listings_.clear();
      names_.clear();
    }
    auto last = batch.base;
    for (const auto& change : batch.changes) {
      CHECK(change.revision > last);
      last = change.revision;
      take(change);
    }
    CHECK(last <= batch.upto);
    stands_.revision = batch.upto;
  }
  void take(const Change& change) {
    switch (change.kind) {
      case ChangeKind::put: listings_[{change.peer, change.listing.path}] = change.listing; break;
      case ChangeKind::remove: listings_.erase({change.peer, change.listing.path}); break;
      case ChangeKind::clear:
        std::erase_if(listings_, [&](const auto& one) { return one.first.first == change.peer; });
        break;
      case ChangeKind::present: names_[change.peer] = change.peer_name; break;
      case ChangeKind::absent: names_[change.peer].clear(); break;
    }
  }

  FeedPosition stands_;
  std::map<std::pair<PeerId, std::string>, Listing> listings_;
  std::map<PeerId, std::string> names_;  // empty: absent
};

}  // namespace

// A registry that is a store of its own is a feed: every change in order, from any revision.
void check_feed(RegistrySubject& subject) {
  auto& registry = subject.registry();
  auto* feed = registry.feed();
  if (!feed) return;  // it asks an index
  const auto empty = *feed->state();
  CHECK_FALSE(empty.feed.empty());
  CHECK(empty.oldest <= empty.latest);
  Mirror mirror;
  const auto lease = enroll(registry, 1, "alice").lease;
  auto secret = listing_of("s/b.txt", 2);
  secret.audience = {false, {"staff"}, {}};
  secret.attributes = {{"k", "v"}};
  announce(registry, 1, 0, {put({}, listing_of("s/a.txt", 1)), put({}, secret)});
  REQUIRE(mirror.follow(*feed, 100));
  CHECK(feed->state()->latest > empty.latest);
  CHECK(mirror.name(peer_number(1)) == "alice");
  // All of them, whoever they are for: the search asks who may see what.
  CHECK(mirror.listings(peer_number(1)) == std::vector{listing_of("s/a.txt", 1), secret});
  // Only what changed comes; when nothing changed, nothing does.
  const auto before = feed->state()->latest;
  REQUIRE(registry.renew(peer_number(1), kToken).ok());
  CHECK(feed->state()->latest == before);
  announce(registry, 1, 10, {removal({}, "s/a.txt")});
  const auto batch = *feed->changes_after(before, 100);
  CHECK(batch.base == before);
  CHECK(batch.upto == feed->state()->latest);
  REQUIRE(batch.changes.size() == 1);
  CHECK(batch.changes[0].kind == ChangeKind::remove);
  CHECK(batch.changes[0].peer == peer_number(1));
  CHECK(batch.changes[0].listing.path == "s/a.txt");
  // Presence: a lease that ran out, a return under another name, a goodbye.
  subject.advance(lease * 2);
  REQUIRE(mirror.follow(*feed, 100));
  CHECK_FALSE(mirror.present(peer_number(1)));
  CHECK(mirror.listings(peer_number(1)) == std::vector{secret});
  enroll(registry, 1, "Alicia");
  REQUIRE(mirror.follow(*feed, 100));
  CHECK(mirror.name(peer_number(1)) == "Alicia");
  REQUIRE(registry.leave(peer_number(1), kToken).ok());
  REQUIRE(mirror.follow(*feed, 1));
  CHECK_FALSE(mirror.present(peer_number(1)));
  // From a revision that is not there yet: a conflict. After a restart it is the same feed, unless
  // what was in it is forgotten.
  CHECK(is_error(feed->changes_after(feed->state()->latest + 1, 10), ErrorCode::conflict));
  const auto last = *feed->state();
  subject.restart();
  const auto state = *subject.registry().feed()->state();
  CHECK((state.feed == last.feed) != subject.forgets());
  if (!subject.forgets()) CHECK(state.latest >= last.latest);
}

// Whoever follows is woken when there is something new, until the registration ends.
void check_wake_up(RegistrySubject& subject) {
  auto& registry = subject.registry();
  auto* feed = registry.feed();
  if (!feed) return;
  int woken = 0;
  int other = 0;
  auto registration = feed->on_advance([&] { ++woken; });
  const auto second = feed->on_advance([&] { ++other; });
  const auto wakes = [&] { return std::exchange(woken, 0) > 0; };
  const auto lease = enroll(registry, 1, "alice").lease;
  CHECK(wakes());
  announce(registry, 1, 0, {put({}, listing_of("s/a.txt", 1))});
  CHECK(wakes());
  subject.advance(lease * 2);
  CHECK(wakes());
  REQUIRE(registry.renew(peer_number(1), kToken).ok());
  CHECK(wakes());
  REQUIRE(registry.leave(peer_number(1), kToken).ok());
  CHECK(wakes());
  registration.reset();
  other = 0;
  enroll(registry, 2, "bob");
  CHECK_FALSE(wakes());
  CHECK(other > 0);
}

// Whatever is announced, whoever comes and goes: a mirror that follows the feed in small pages, now
// and then, knows at the end what browsing shows; so does one that begins at the end.
void check_random(RegistrySubject& subject) {
  auto& registry = subject.registry();
  auto* feed = registry.feed();
  std::minstd_rand random(42);
  const auto any = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  constexpr unsigned kPeers = 4;
  std::map<unsigned, std::map<std::string, Listing>> truth;
  std::map<unsigned, Revision> stands;
  for (unsigned i = 1; i <= kPeers; ++i) enroll(registry, i, "peer " + std::to_string(i));
  Mirror mirror;
  for (int round = 0; round < 60; ++round) {
    const unsigned number = 1 + any(kPeers);
    auto& listings = truth[number];
    if (any(12) == 0) stands[number] = 0;
    if (stands[number] == 0) listings.clear();
    std::vector<Change> changes;
    for (unsigned i = any(30); i > 0; --i) {
      const auto path = "s/" + std::to_string(any(40)) + ".txt";
      const auto what = any(10);
      if (what == 0) {
        changes.push_back(cleared({}));
        listings.clear();
      } else if (what < 4) {
        changes.push_back(removal({}, path));
        listings.erase(path);
      } else {
        listings[path] = listing_of(path, any(100), any(1000));
        changes.push_back(put({}, listings[path]));
      }
    }
    announce(registry, number, stands[number], std::move(changes));
    stands[number] += 10;
    if (any(8) == 0) REQUIRE(registry.leave(peer_number(1 + any(kPeers)), kToken).ok());
    if (any(4) == 0) REQUIRE(registry.renew(peer_number(1 + any(kPeers)), kToken).ok());
    if (feed && any(3) == 0 && !mirror.follow(*feed, 1 + any(20))) mirror = {};
  }
  Mirror late;
  if (feed) {
    if (!mirror.follow(*feed, 3)) mirror = {};
    REQUIRE(mirror.follow(*feed, 3));
    REQUIRE(late.follow(*feed, 7));
  }
  for (unsigned i = 1; i <= kPeers; ++i) {
    std::vector<Listing> expected;
    for (const auto& [path, listing] : truth[i]) expected.push_back(listing);
    CHECK(all_listings(registry, i, {}, 7) == expected);
    const auto peer = *registry.peer(peer_number(i));
    CHECK(peer.files == expected.size());
    if (!feed) continue;
    for (const auto* one : {&mirror, &late}) {
      CHECK(one->listings(peer_number(i)) == expected);
      CHECK(one->present(peer_number(i)) == peer.present);
    }
  }
}

}  // namespace swapmeet::testing
