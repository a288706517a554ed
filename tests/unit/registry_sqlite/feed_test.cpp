// The feed: whoever follows it ends up with what is there, however slowly it reads and whatever is
// forgotten meanwhile.
#include <map>
#include <set>

#include "registry/sqlite/feed_readers.h"
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::FeedReaders;
using swapmeet::registry_sqlite::Store;

namespace {

// Follows as the pump does, a page at a time.
class Follower {
 public:
  Follower(Store& store, std::size_t page) : store_(store), page_(page) {}

  // False: it had caught up.
  bool step() {
    if (stands_ == store_.feed_state().latest) return false;
    auto batch = store_.changes_after(stands_, page_);
    if (!batch) {
      REQUIRE(batch.error().code == ErrorCode::conflict);
      ++starts_;
      batch = store_.changes_after(0, page_);
    }
    REQUIRE(batch.ok());
    if (batch->base == 0) listings_.clear();
    for (const auto& change : batch->changes) {
      const auto key = std::pair(change.peer, change.listing.path);
      if (change.kind == ChangeKind::put) listings_.insert(key);
      if (change.kind == ChangeKind::remove) listings_.erase(key);
      if (change.kind == ChangeKind::clear)
        std::erase_if(listings_, [&](const auto& one) { return one.first == change.peer; });
    }
    stands_ = batch->upto;
    return true;
  }
  void catch_up() {
    for (int i = 0; step(); ++i) REQUIRE(i < 100'000);
  }
  std::set<std::string> paths(std::uint8_t n) const {
    std::set<std::string> found;
    for (const auto& [id, path] : listings_)
      if (id == peer(n)) found.insert(path);
    return found;
  }
  Revision stands_ = 0;
  int starts_ = 0;  // that it did not choose

 private:
  Store& store_;
  std::size_t page_;
  std::set<std::pair<PeerId, std::string>> listings_;
};

std::set<std::string> there(Store& store, std::uint8_t n) {
  const auto all = paths(store, n);
  return {all.begin(), all.end()};
}

void fill(Store& store, int files) {
  enroll(store, 1, "ann");
  std::vector<Change> many;
  for (int i = 0; i < files; ++i) many.push_back(put("f" + std::to_string(i)));
  REQUIRE(announce(store, 1, std::move(many)).ok());
}

}  // namespace

TEST_CASE("pages of the feed are in order and without gaps") {
  const Folder folder;
  Store store(folder.path);
  fill(store, 50);
  REQUIRE(announce(store, 1, {gone("f3"), put("f4", 9), gone("f5"), put("f5")}).ok());
  for (const std::size_t page : {1U, 2U, 7U, 1000U}) {
    Follower follower(store, page);
    follower.catch_up();
    CHECK(follower.paths(1) == there(store, 1));
    CHECK(follower.stands_ == store.feed_state().latest);
  }
  CHECK(store.changes_after(store.feed_state().latest + 1, 1).error().code == ErrorCode::conflict);
}

TEST_CASE("a first sync that runs long ends, though removals are forgotten all the while") {
  const Folder folder;
  Store store(folder.path, {.keep_removed = 5});
  fill(store, 300);
  Follower slow(store, 3);
  int next = 0;
  for (int step = 0; step < 90; ++step) {
    slow.step();
    std::vector<Change> changes;
    for (int i = 0; i < 2; ++i) changes.push_back(gone("f" + std::to_string(next++)));
    REQUIRE(announce(store, 1, std::move(changes)).ok());
    store.prune();
  }
  slow.catch_up();
  CHECK(slow.paths(1) == there(store, 1));
  CHECK(slow.starts_ == 0);
}

TEST_CASE("who stands before what was forgotten starts over, once, and misses nothing") {
  const Folder folder;
  Store store(folder.path, {.keep_removed = 5});
  fill(store, 100);
  Follower away(store, 10);
  away.catch_up();
  std::vector<Change> changes;
  for (int i = 0; i < 60; ++i) changes.push_back(gone("f" + std::to_string(i)));
  REQUIRE(announce(store, 1, std::move(changes)).ok());
  CHECK(store.prune() == 1);  // what nobody needs; the rest it may, for it read a moment ago
  CHECK(store.prune() == 0);
  CHECK(store.prune() == 55);
  CHECK(store.feed_state().oldest > away.stands_);
  away.catch_up();
  CHECK(away.paths(1) == there(store, 1));
  CHECK(away.starts_ == 1);
}

TEST_CASE("a first sync that a restart interrupted starts over instead of missing removals") {
  const Folder folder;
  Revision stands = 0;
  {
    Store store(folder.path, {.keep_removed = 0});
    fill(store, 100);
    REQUIRE(announce(store, 1, {gone("f99")}).ok());
    CHECK(store.prune() == 2);  // with the clear of the first announcement
    stands = store.changes_after(0, 10)->upto;
  }
  Store store(folder.path, {.keep_removed = 0});
  CHECK(store.changes_after(stands, 10).error().code == ErrorCode::conflict);
}

TEST_CASE("forgetting a peer is a change that followers see") {
  const Folder folder;
  Store store(folder.path);
  fill(store, 10);
  Follower follower(store, 4);
  follower.catch_up();
  const std::vector<PeerId> one{peer(1)};
  store.set_present(one, false, Time(std::chrono::milliseconds(1000)));
  CHECK(store.forget_absent_since(Time(std::chrono::milliseconds(1000))) == 0);
  CHECK(store.forget_absent_since(Time(std::chrono::milliseconds(1001))) == 1);
  CHECK_FALSE(store.peer(peer(1)));
  follower.catch_up();
  CHECK(follower.paths(1).empty());
}

TEST_CASE("readers of the feed are told apart by where they were left off") {
  FeedReaders readers;
  REQUIRE(readers.may_read(0, 0, 100));  // a first sync, at 100
  readers.has_read(0, 10);
  CHECK(readers.forgettable(200) == 100);
  CHECK(readers.may_read(10, 90, 200));        // far back, but needs nothing up to 100
  CHECK(readers.may_read(10, 90, 200));        // asked again: its answer was lost
  CHECK_FALSE(readers.may_read(11, 90, 200));  // somebody else
  CHECK_FALSE(readers.may_read(10, 101, 200));
  CHECK(readers.may_read(95, 90, 200));
  CHECK(readers.forgettable(200) == 95);
  readers.forgettable(200);
  CHECK(readers.forgettable(200) == 200);  // all have been idle
}
