// What strangers say of sizes, and how much of theirs is kept: sums that cannot wrap, limits of
// peers and of listings, and what is left when a peer is forgotten.
#include "registry/sqlite/schema.h"
#include "registry/sqlite/upkeep.h"
#include "registry_world.h"
#include "swapmeet/registry.h"
#include "swapmeet/testing/plugin_under_test.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::kMigrations;
using swapmeet::registry_sqlite::ListingLimits;
using swapmeet::registry_sqlite::Store;

namespace {

constexpr auto kMostSummed = std::uint64_t{1} << 62;
const std::string kToken(40, 't');
const std::string kOtherToken(40, 'o');

std::string problems_in(const std::filesystem::path& folder) {
  const auto report = swapmeet::registry_sqlite::stores_in(folder).verify();
  std::string all;
  for (const auto& problem : report->problems) all += problem + '\n';
  return all;
}

std::vector<Change> puts(std::size_t count, std::uint64_t size, const std::string& name = "f") {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < count; ++i) changes.push_back(put(name + std::to_string(i), 1, size));
  return changes;
}

std::vector<Change> removals(std::size_t count) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < count; ++i) changes.push_back(gone("f" + std::to_string(i)));
  return changes;
}

struct Registered {
  testing::PluginUnderTest plugin;
  explicit Registered(const RawSettings& settings)
      : plugin(PLUGINS "registry_sqlite.so", settings) {
    plugin.start();
  }
  Registry& registry() { return plugin.get<Registry>(); }
  Result<Enrolled> enroll(std::uint8_t n, const std::string& address, const Identity& who = {},
                          const std::string& token = kToken) {
    return registry().enroll({peer(n), "peer" + std::to_string(n), "", 6699, true, token},
                             {who, address});
  }
  Result<FeedPosition> announce(std::uint8_t n, std::vector<Change> changes) {
    const auto stands = registry().announced(peer(n), kToken).value();
    return registry().announce(
        peer(n), kToken,
        {"catalogue", stands.revision, stands.revision + changes.size(), std::move(changes)});
  }
};

}  // namespace

TEST_CASE("a size above 1 PiB is refused, whatever it is, and the whole batch with it") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  for (const std::uint64_t size :
       {kLargestFile + 1, std::uint64_t{1} << 62, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    CHECK(announce(store, 1, {put("a", 1, 5), put("b", 1, size)}).error().code ==
          ErrorCode::invalid_argument);
  CHECK(paths(store, 1).empty());
  CHECK(announce(store, 1, {put("b", 1, kLargestFile)}).ok());
}

TEST_CASE("no number of the largest files wraps a sum, and the data are right all the time") {
  constexpr std::size_t kFiles = 20'000;  // 2^64 bytes and more
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  enroll(store, 2, "bob");
  REQUIRE(announce(store, 1, puts(kFiles, kLargestFile)).ok());
  REQUIRE(announce(store, 2, puts(kFiles, kLargestFile)).ok());
  CHECK(store.peer(peer(1))->record.bytes == kMostSummed);
  CHECK(store.counts().bytes >= kMostSummed);
  CHECK(store.counts().bytes < std::uint64_t{1} << 63);
  CHECK(store.counts().files == 2 * kFiles);
  CHECK(problems_in(folder.path).empty());
  SECTION("what is taken back is counted anew, and exactly") {
    REQUIRE(announce(store, 1, removals(kFiles - 3)).ok());
    CHECK(store.peer(peer(1))->record.bytes == 3 * kLargestFile);
    CHECK(problems_in(folder.path).empty());
  }
  SECTION("so it is when files are replaced by small ones") {
    REQUIRE(announce(store, 1, puts(kFiles, 7)).ok());
    CHECK(store.peer(peer(1))->record.bytes == 7 * kFiles);
    CHECK(problems_in(folder.path).empty());
  }
}

TEST_CASE("sizes that an older version let in are named, row by row, and the check carries on") {
  const Folder folder;
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    REQUIRE(announce(store, 1, puts(9, 5)).ok());
  }
  sqlite::Database(folder.path / "registry.db")
      .execute(
          "UPDATE listings SET size=9223372036854775807 WHERE path<>'f8';"
          "UPDATE peers SET bytes=-17; DELETE FROM contents WHERE 0;"
          "UPDATE removed SET revision=revision; UPDATE peers SET flipped=999999");
  const auto problems = problems_in(folder.path);
  INFO(problems);
  CHECK(problems.find("8 listings have a size that no file has") != std::string::npos);
  CHECK(problems.find("'f0' of the peer " + peer(1).text() + " with 9223372036854775807 bytes") !=
        std::string::npos);
  CHECK(problems.find(", …") != std::string::npos);
  CHECK(problems.find("'f8'") == std::string::npos);
  CHECK(problems.find("another number of files or bytes") != std::string::npos);
  CHECK(problems.find("peers have a revision above") != std::string::npos);  // it carried on
  CHECK(problems.find("overflow") == std::string::npos);
}

TEST_CASE("the sums of an older database, which had wrapped, are right once it is opened") {
  const Folder folder;
  {
    sqlite::Database old(folder.path / "registry.db");
    // Up to the one that adds the limits.
    std::size_t before = 0;
    while (std::string_view(kMigrations[before]).find("origin") == std::string_view::npos) ++before;
    sqlite::migrate(old, std::span(kMigrations).first(before));
    old.execute(
        "INSERT INTO peers(key,id,name,given,seen,port,dialable,account,token,present,last_seen,"
        "files,bytes,flipped,feed,revision) VALUES(1,x'01000000000000000000000000000000','ann','',"
        "'192.0.2.1',1,1,'',x'00',0,0,3,-9,1,'catalogue',3);"
        "INSERT INTO listings VALUES(2,1,'a',zeroblob(32),9223372036854775807,0,'','',NULL),"
        "(3,1,'b',zeroblob(32),9223372036854775807,0,'','',NULL),(4,1,'c',zeroblob(32),5,0,'','',"
        "NULL); UPDATE meta SET value=4 WHERE name='latest'");
  }
  Store store(folder.path);
  CHECK(store.peer(peer(1))->record.bytes == kMostSummed);
  REQUIRE(announce(store, 1, {gone("a"), gone("b")}).ok());
  CHECK(store.peer(peer(1))->record.bytes == 5);
}

TEST_CASE("a peer has as many listings and bytes as it may have, and may always share less") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  const auto announce_within = [&](std::vector<Change> changes, const ListingLimits& limits) {
    const auto stands = store.announced(peer(1));
    return store.announce(peer(1), {"c", stands.revision, stands.revision + 1, std::move(changes)},
                          limits);
  };
  REQUIRE(announce_within(puts(10, 5), {.of_peer = 10}).ok());
  const auto refused = announce_within({put("one more")}, {.of_peer = 10});
  CHECK(refused.error().code == ErrorCode::too_many);
  CHECK(refused.error().message.find("10; max_listings_per_peer") != std::string::npos);
  CHECK(store.peer(peer(1))->record.files == 10);  // nothing of the batch is there
  CHECK(announce_within({gone("f0"), put("one more")}, {.of_peer = 10}).ok());
  CHECK(announce_within({put("f3", 2)}, {.of_peer = 3}).ok());  // the limit was lowered since
  CHECK(announce_within({gone("f3")}, {.of_peer = 3}).ok());
  const auto too_large = announce_within({put("f4", 1, 5'000)}, {.bytes_of_peer = 1'000});
  CHECK(too_large.error().message.find("1000; max_bytes_per_peer") != std::string::npos);
  CHECK(announce_within({put("f4", 1, 5)}, {.bytes_of_peer = 1'000}).ok());
  CHECK(problems_in(folder.path).empty());
}

TEST_CASE("the peers of one address have so many listings together, and others theirs") {
  Registered world({{"max_listings_per_owner", "10"}, {"max_listings", "15"}});
  REQUIRE(world.enroll(1, "2001:db8:1:2::1").ok());
  REQUIRE(world.enroll(2, "2001:db8:1:2:ffff::9").ok());  // the same /64
  REQUIRE(world.enroll(3, "2001:db8:1:3::1").ok());
  REQUIRE(world.announce(1, puts(6, 1)).ok());
  REQUIRE(world.announce(2, puts(4, 1)).ok());
  const auto refused = world.announce(2, puts(1, 1, "g"));
  CHECK(refused.error().message.find("max_listings_per_owner") != std::string::npos);
  CHECK(world.announce(3, puts(5, 1)).ok());
  const auto full = world.announce(3, puts(1, 1, "g"));
  CHECK(full.error().message.find("15; max_listings in") != std::string::npos);
  world.plugin.reconfigure({{"max_listings", "16"}});
  CHECK(world.announce(3, puts(1, 1, "g")).ok());
  CHECK(world.plugin.host().counter_value("registry_limited_total") == 2);
}

TEST_CASE("one address registers so many ids, one account as many, and who is known comes back") {
  Registered world({{"max_peers_per_owner", "2"}, {"max_peers", "5"}});
  REQUIRE(world.enroll(1, "192.0.2.1").ok());
  REQUIRE(world.enroll(2, "192.0.2.1").ok());
  const auto refused = world.enroll(3, "192.0.2.1");
  CHECK(refused.error().code == ErrorCode::too_many);
  CHECK(refused.error().message.find("of one address (2; max_peers_per_owner") !=
        std::string::npos);
  CHECK(world.enroll(2, "192.0.2.1").ok());
  CHECK(world.enroll(3, "192.0.2.1", {"ann", {}, {}}).ok());
  CHECK(world.enroll(4, "192.0.2.2", {"ann", {}, {}}).ok());
  CHECK(world.enroll(5, "192.0.2.3", {"ann", {}, {}}).error().message.find("one account") !=
        std::string::npos);
  CHECK(world.enroll(5, "192.0.2.3").ok());
  CHECK(world.enroll(6, "192.0.2.4").error().message.find("max_peers in") != std::string::npos);
  CHECK(world.registry().forget({peer(5)}).value() == 1);
  CHECK(world.enroll(6, "192.0.2.4").ok());
}

TEST_CASE("a peer that is forgotten is gone with its listings, and the feed tells it") {
  Registered world({});
  REQUIRE(world.enroll(1, "192.0.2.1").ok());
  REQUIRE(world.enroll(2, "192.0.2.2").ok());
  REQUIRE(world.announce(1, puts(3, 1)).ok());
  REQUIRE(world.announce(2, puts(2, 1)).ok());
  const auto before = world.registry().feed()->state()->latest;
  CHECK(world.registry().forget({peer(1), peer(9)}).value() == 1);
  CHECK(world.registry().peer(peer(1)).error().code == ErrorCode::not_found);
  CHECK(world.registry().renew(peer(1), kToken).error().code == ErrorCode::not_found);
  const auto changes = world.registry().feed()->changes_after(before, 100)->changes;
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].kind == ChangeKind::clear);
  CHECK(changes[0].peer == peer(1));
  CHECK(world.registry().counts()->files == 2);
  CHECK(world.enroll(1, "192.0.2.9", {}, kOtherToken).ok());  // the id is free again
  CHECK(world.registry().announced(peer(1), kOtherToken)->revision == 0);
}

TEST_CASE(
    "a peer with very many listings is forgotten in portions, and its data are right in between") {
  const Folder folder;
  std::vector<std::string> states;
  Store store(folder.path, {}, [&](const swapmeet::registry_sqlite::ListingNews& news) {
    if (news.removed.count == 0) return;
    states.push_back(std::to_string(news.removed.count) + problems_in(folder.path));
  });
  enroll(store, 1, "ann");
  enroll(store, 2, "bob");
  REQUIRE(announce(store, 1, puts(2 * Store::kListingsAtOnce + 10, 3)).ok());
  REQUIRE(announce(store, 2, puts(4, 3)).ok());
  CHECK(store.forget(peer(1)));
  CHECK(states == std::vector<std::string>{"20000", "20000", "10"});
  CHECK_FALSE(store.peer(peer(1)));
  CHECK(store.counts().peers == 1);
  CHECK(paths(store, 2).size() == 4);
  CHECK(problems_in(folder.path).empty());
  CHECK_FALSE(store.forget(peer(1)));
}

TEST_CASE("an id is transferred to an account, or to whoever comes, for a time and once") {
  Registered world({});
  const Identity ann{"ann", {}, {}};
  const Identity bob{"bob", {}, {}};
  REQUIRE(world.enroll(1, "192.0.2.1").ok());
  REQUIRE(world.announce(1, puts(3, 1)).ok());
  const auto in = [&](std::chrono::seconds time) {
    return world.plugin.host().clock().now() + time;
  };
  CHECK(world.registry().transfer(peer(7), {"", in(std::chrono::hours(1))}).error().code ==
        ErrorCode::not_found);
  REQUIRE(world.registry().transfer(peer(1), {"bob", in(std::chrono::hours(1))}).ok());
  CHECK_FALSE(world.enroll(1, "192.0.2.2", ann, kOtherToken).ok());
  CHECK_FALSE(world.enroll(1, "192.0.2.2", {}, kOtherToken).ok());
  CHECK(world.enroll(1, "192.0.2.1").ok());  // who had it until now still has it
  REQUIRE(world.enroll(1, "192.0.2.2", bob, kOtherToken).ok());
  CHECK(world.registry().peer(peer(1))->account == "bob");
  CHECK(world.registry().peer(peer(1))->files == 3);
  CHECK(world.registry().renew(peer(1), kToken).error().code == ErrorCode::not_allowed);
  CHECK(world.registry().renew(peer(1), kOtherToken).ok());
  CHECK_FALSE(world.enroll(1, "192.0.2.3", ann, kToken).ok());  // once
  REQUIRE(world.registry().transfer(peer(1), {"", in(std::chrono::hours(1))}).ok());
  world.plugin.host().advance(std::chrono::hours(1));
  CHECK_FALSE(world.enroll(1, "192.0.2.3", {}, kToken).ok());  // too late
  REQUIRE(world.registry().transfer(peer(1), {"", in(std::chrono::hours(1))}).ok());
  CHECK(world.enroll(1, "192.0.2.3", {}, kToken).ok());
  CHECK(world.registry().peer(peer(1))->account.empty());
}

TEST_CASE("the account that registered a peer proves it anew when the token is lost") {
  Registered world({});
  const Identity ann{"ann", {}, {}};
  REQUIRE(world.enroll(1, "192.0.2.1", ann).ok());
  REQUIRE(world.enroll(1, "192.0.2.1", ann, kOtherToken).ok());
  CHECK(world.registry().renew(peer(1), kOtherToken).ok());
  CHECK_FALSE(world.registry().renew(peer(1), kToken).ok());
  for (const Identity& other : {Identity{}, Identity{"bob", {}, {}}}) {
    const auto refused = world.enroll(1, "192.0.2.1", other, kToken);
    CHECK(refused.error().code == ErrorCode::not_allowed);
    CHECK(refused.error().message.find("swapmeet peer transfer") != std::string::npos);
  }
}

TEST_CASE("whose token it is can be asked before anything is done for it") {
  Registered world({});
  REQUIRE(world.enroll(1, "192.0.2.1").ok());
  CHECK(world.registry().check_token(peer(1), kToken).ok());
  CHECK(world.registry().check_token(peer(1), kOtherToken).error().code == ErrorCode::not_allowed);
  CHECK(world.registry().check_token(peer(2), kToken).error().code == ErrorCode::not_found);
}
