// The whole plugin, loaded from its file, on a clock that the test turns: that leases run out by
// themselves, who is forgotten, and whose a peer id is. What every registry does, the contract
// suite checks.
#include "catch.h"
#include "swapmeet/event_topics.h"
#include "swapmeet/registry.h"
#include "swapmeet/testing/plugin_under_test.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

const std::string kToken(40, 't');
const std::string kOtherToken(40, 'o');

PeerId peer(std::uint8_t n) { return {{n}}; }

struct World {
  testing::PluginUnderTest plugin{PLUGINS "registry_sqlite.so",
                                  {{"lease", "60s"}, {"forget_after", "10h"}}};
  World() { plugin.start(); }
  Registry& registry() { return plugin.get<Registry>(); }
  void advance(std::chrono::milliseconds time) { plugin.host().advance(time); }

  Result<Enrolled> enroll(std::uint8_t n, const std::string& token = kToken,
                          const Identity& who = {}) {
    return registry().enroll({peer(n), "peer" + std::to_string(n), "", 6699, true, token},
                             {who, "192.0.2.1"});
  }
  void share(std::uint8_t n, const std::string& path) {
    REQUIRE(enroll(n).ok());
    Change change;
    change.listing.path = path;
    change.listing.content.bytes[0] = 1;
    change.listing.size = 5;
    REQUIRE(registry().announce(peer(n), kToken, {"catalogue", 0, 1, {change}}).ok());
  }
  bool is_present(std::uint8_t n) { return registry().peer(peer(n)).value().present; }
  bool is_known(std::uint8_t n) { return registry().peer(peer(n)).ok(); }
  Revision latest() { return registry().feed()->state().value().latest; }
  std::vector<Change> changes_after(Revision after) {
    return registry().feed()->changes_after(after, 100).value().changes;
  }
};

}  // namespace

TEST_CASE("a lease lasts its time from the last renewal, and no longer") {
  World world;
  REQUIRE(world.enroll(1).ok());
  CHECK(world.enroll(1)->lease == 60s);
  world.advance(59s);
  CHECK(world.is_present(1));
  CHECK(*world.registry().renew(peer(1), kToken) == 60s);
  world.advance(59s);
  CHECK(world.is_present(1));
  world.advance(1s);
  CHECK_FALSE(world.is_present(1));
}

TEST_CASE("after a restart everybody who was present has one whole lease to come back") {
  World world;
  REQUIRE(world.enroll(1).ok());
  REQUIRE(world.enroll(2).ok());
  world.advance(50s);
  world.plugin.restart();
  const auto before = world.latest();
  world.advance(50s);
  CHECK(world.is_present(1));
  REQUIRE(world.registry().renew(peer(1), kToken).ok());
  CHECK(world.latest() == before);
  world.advance(20s);
  CHECK(world.is_present(1));
  CHECK_FALSE(world.is_present(2));
}

TEST_CASE("who has been absent for long enough is forgotten, with the listings") {
  World world;
  world.share(1, "s/a.txt");
  world.share(2, "s/b.txt");
  world.advance(61s);  // both are absent
  world.advance(9h);
  REQUIRE(world.registry().renew(peer(2), kToken).ok());
  const auto before = world.latest();
  CHECK(world.is_known(1));
  world.advance(3h);
  CHECK_FALSE(world.is_known(1));
  CHECK(world.is_known(2));  // absent again, but not for so long
  CHECK(world.registry().counts()->peers == 1);
  bool told = false;
  for (const auto& change : world.changes_after(before))
    told = told || (change.kind == ChangeKind::clear && change.peer == peer(1));
  CHECK(told);
  CHECK(world.registry().content({{{1}}, {}})->names == std::vector<std::string>{"b.txt"});
  CHECK(world.registry().renew(peer(1), kToken).error().code == ErrorCode::not_found);
  // It starts from nothing.
  REQUIRE(world.enroll(1).ok());
  CHECK(*world.registry().announced(peer(1), kToken) == FeedPosition{});
}

TEST_CASE("who has been absent for long enough is forgotten at the next hour, however many") {
  World world;
  for (std::uint8_t n = 1; n <= 25; ++n) REQUIRE(world.enroll(n).ok());
  world.advance(61s);
  world.advance(9h);
  CHECK(world.registry().counts()->peers == 25);
  world.advance(2h);
  CHECK(world.registry().counts()->peers == 0);
}

TEST_CASE("a peer that renews is never forgotten, however old its registration") {
  World world;
  world.share(1, "s/a.txt");
  for (int i = 0; i < 24 * 60; ++i) {
    world.advance(59s);
    REQUIRE(world.registry().renew(peer(1), kToken).ok());
  }
  CHECK(world.is_present(1));
  world.advance(61s);  // absent from now on, not from when it registered
  world.advance(9h);
  CHECK(world.is_known(1));
}

TEST_CASE("an absent peer's id is its owner's, until it is forgotten") {
  World world;
  REQUIRE(world.enroll(1).ok());
  world.advance(9h);
  CHECK(world.enroll(1, kOtherToken).error().code == ErrorCode::not_allowed);
  CHECK(world.enroll(1, "").error().code == ErrorCode::not_allowed);
  world.advance(3h);
  CHECK(world.enroll(1, kOtherToken).ok());
  CHECK(world.enroll(1, kToken).error().code == ErrorCode::not_allowed);
}

TEST_CASE("the right token under another account does not take a peer over") {
  World world;
  REQUIRE(world.enroll(1, kToken, {"ann", {}, {}}).ok());
  CHECK(world.enroll(1, kToken, {"bob", {}, {}}).error().code == ErrorCode::not_allowed);
  CHECK(world.registry().peer(peer(1))->account == "ann");
  CHECK(world.enroll(1, kToken, {"ann", {}, {}}).ok());
}

TEST_CASE("who comes and goes is told, once each, with the reason") {
  World world;
  REQUIRE(world.enroll(1).ok());
  REQUIRE(world.enroll(1).ok());  // again, while it is present
  REQUIRE(world.registry().renew(peer(1), kToken).ok());
  REQUIRE(world.registry().leave(peer(1), kToken).ok());
  REQUIRE(world.registry().leave(peer(1), kToken).ok());
  REQUIRE(world.registry().renew(peer(1), kToken).ok());
  world.advance(61s);
  std::vector<std::string> topics;
  for (const auto& event : world.plugin.host().events()) {
    CHECK(check_event(event));
    CHECK(event.text("peer") == peer(1).text());
    CHECK(event.text("name") == "peer1");
    CHECK(event.text("address") == "192.0.2.1:6699");
    topics.push_back(event.topic);
  }
  CHECK(topics ==
        std::vector<std::string>{"peer.joined", "peer.left", "peer.joined", "peer.lapsed"});
}

TEST_CASE("a return after the restart of the host is no news") {
  World world;
  REQUIRE(world.enroll(1).ok());
  world.plugin.restart();
  REQUIRE(world.registry().renew(peer(1), kToken).ok());
  CHECK(world.plugin.host().events().size() == 1);
}

TEST_CASE("what is added and removed is told in batches, with the first paths") {
  World world;
  REQUIRE(world.enroll(1).ok());
  const auto change = [](const std::string& path, ChangeKind kind = ChangeKind::put) {
    Change made;
    made.kind = kind;
    made.listing.path = path;
    made.listing.content.bytes[0] = 1;
    made.listing.size = 5;
    return made;
  };
  ChangeBatch batch{"catalogue", 0, 100, {}};
  for (int i = 10; i < 35; ++i) batch.changes.push_back(change("s/" + std::to_string(i)));
  auto partial = change(".downloading/x");
  partial.listing.have = 1;
  batch.changes.push_back(partial);  // no news
  REQUIRE(world.registry().announce(peer(1), kToken, batch).ok());
  ChangeBatch next{"catalogue", 100, 103, {}};
  next.changes = {change("s/10", ChangeKind::remove), change("s/99", ChangeKind::remove),
                  change("s/11"), change(".downloading/x", ChangeKind::remove)};
  REQUIRE(world.registry().announce(peer(1), kToken, next).ok());
  REQUIRE(world.registry().announce(peer(1), kToken, {"catalogue", 0, 200, {change("s/1")}}).ok());
  const auto events = world.plugin.host().events();
  REQUIRE(events.size() == 6);
  const auto told = [&](std::size_t at) {
    const auto& event = events[at];
    CHECK(check_event(event));
    return event.topic + ' ' + std::to_string(event.number("count")) + ' ' +
           event.find<std::vector<std::string>>("paths")->front();
  };
  CHECK(told(1) == "listing.added 25 s/10");
  CHECK(events[1].find<std::vector<std::string>>("paths")->size() == 10);
  CHECK(told(2) == "listing.removed 1 s/10");
  CHECK(told(3) == "listing.added 1 s/11");
  CHECK(told(4) == "listing.removed 24 s/11");
  CHECK(told(5) == "listing.added 1 s/1");
  CHECK(events[5].number("revision") == world.latest());
}

TEST_CASE("that the listings of a forgotten peer are gone is told") {
  World world;
  world.share(1, "s/a.txt");
  world.advance(61s);
  world.advance(11h);
  const auto last = world.plugin.host().events().back();
  CHECK(last.topic == "listing.removed");
  CHECK(last.text("peer") == peer(1).text());
  CHECK(last.number("count") == 1);
}
