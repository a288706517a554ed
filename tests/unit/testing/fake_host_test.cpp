// The fake host is what authors trust: its clock, its routes, and that registrations end.
#include "swapmeet/testing/fake_host.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

TEST_CASE("tasks run when the clock is turned, each at its time, until they end") {
  FakeHost host;
  const auto begin = host.clock().steady();
  std::vector<std::string> ran;
  const auto note = [&](const std::string& what) {
    ran.push_back(what + '@' + std::to_string((host.clock().steady() - begin) / 1ms));
  };
  auto slow = host.every(250ms, [&] { note("slow"); });
  Registration once;
  once = host.every(100ms, [&] {
    note("once");
    once.reset();
  });
  host.advance(99ms);
  CHECK(ran.empty());
  host.advance(1s);
  CHECK(ran ==
        std::vector<std::string>{"once@100", "slow@250", "slow@500", "slow@750", "slow@1000"});
  CHECK(host.clock().steady() - begin == 1099ms);
  CHECK(host.clock().now() - ManualClock().now() == 1099ms);
  slow.reset();
  host.advance(1h);
  CHECK(ran.size() == 5);
}

TEST_CASE("events, log lines, counters and gauges can be looked at") {
  FakeHost host;
  int heard = 0;
  auto listening = host.subscribe([&](const Event& event) { heard += event.topic == "a"; });
  host.publish({"a"});
  host.publish({"b"});
  listening.reset();
  host.publish({"a"});
  CHECK(heard == 1);
  CHECK(host.events().size() == 3);
  host.log(LogLevel::warning, "is late", {{"peer", "x"}, {"s", "3"}});
  REQUIRE(host.log_lines().size() == 1);
  CHECK(host.log_lines()[0].text == "is late peer=x s=3");
  host.counter("hits", "")->add(2);
  host.counter("hits", "")->add();
  CHECK(host.counter_value("hits") == 3);
  {
    const auto gauge = host.gauge("size", "", [] { return 7.0; });
    CHECK(host.gauge_value("size") == 7.0);
  }
  CHECK(host.gauge_value("size") == 0.0);
}

TEST_CASE("routes are called without sockets") {
  MemoryRoutes routes;
  const auto answer = [](const std::string& name) {
    return [name](http::Request& request) {
      std::string text = name;
      for (const auto& [key, value] : request.params) text += ' ' + key + '=' + value;
      if (const auto* words = request.query_value("q")) text += " q=" + *words;
      return http::json(text);
    };
  };
  std::vector<Registration> held;
  const auto add = [&](const std::string& method, const std::string& pattern) {
    auto added = routes.add(method, pattern, answer(pattern));
    REQUIRE(added.ok());
    held.push_back(std::move(*added));
  };
  add("GET", "/peers/{id}/files");
  add("GET", "/peers/me/files");
  add("GET", "/raw/{path...}");
  CHECK(body_of(routes.call("GET", "/peers/a%20b/files?q=x+y%26z&p")) ==
        "/peers/{id}/files id=a b q=x y&z");
  CHECK(body_of(routes.call("HEAD", "/peers/me/files")) == "/peers/me/files");
  CHECK(body_of(routes.call("GET", "/raw/a/b%2fc")) == "/raw/{path...} path=a/b/c");
  CHECK(routes.call("GET", "/peers/x").status == 404);
  CHECK(routes.call("GET", "/peers//files").status == 404);
  CHECK(routes.call("POST", "/peers/x/files").status == 405);
  CHECK_FALSE(routes.add("GET", "/peers/{id}/files", answer("")).ok());
  held.clear();
  CHECK(routes.registered().empty());
  CHECK(routes.call("GET", "/peers/me/files").status == 404);
}

TEST_CASE("what is left registered is swept, and ending it later is harmless") {
  FakeHost host;
  int ran = 0;
  auto task = host.every(1s, [&] { ++ran; });
  auto listening = host.subscribe([&](const Event&) { ++ran; });
  host.sweep();
  host.advance(1min);
  host.publish({"a"});
  CHECK(ran == 0);
}

TEST_CASE("a listener may end itself, listen anew and publish") {
  FakeHost host;
  std::vector<std::string> heard;
  Registration later;
  Registration self;
  self = host.subscribe([&](const Event& event) {
    heard.push_back("self " + event.topic);
    self.reset();
    later = host.subscribe([&](const Event& next) { heard.push_back("later " + next.topic); });
    host.publish({"b"});
  });
  host.publish({"a"});
  CHECK(heard == std::vector<std::string>{"self a", "later b"});
}

namespace {

// As many changes as it is told to have.
class Feed final : public ChangeFeed {
 public:
  Result<FeedState> state() override { return FeedState{name, 0, latest}; }
  Result<ChangeBatch> changes_after(Revision after, std::size_t limit) override {
    ChangeBatch batch{name, after, std::min<Revision>(latest, after + limit), {}};
    for (auto revision = after + 1; revision <= batch.upto; ++revision)
      batch.changes.push_back({revision, ChangeKind::remove, {}, {}, {}});
    return batch;
  }
  Registration on_advance(std::function<void()>) override { return {}; }
  std::string name = "f";
  Revision latest = 0;
};

class Follower final : public ChangeFollower {
 public:
  Result<FeedPosition> applied() override { return stands; }
  Result<void> apply(const ChangeBatch& batch) override {
    ++calls;
    if (fails) return Error{ErrorCode::unavailable, "not now", {}};
    if (batch.changes.size() > most) return Error{ErrorCode::too_large, "too much", {}};
    if (moves) stands = {batch.feed, batch.upto};
    return {};
  }
  FeedPosition stands;
  std::size_t most = 1000;
  bool fails = false;
  bool moves = true;
  int calls = 0;
};

}  // namespace

TEST_CASE("a follower is moved to the end of its feed, again after a failure, and until it ends") {
  FakeHost host;
  Feed feed;
  Follower follower;
  feed.latest = 250;
  auto following = host.follow(feed, follower);
  CHECK(follower.stands == FeedPosition{"f", 250});
  CHECK(follower.calls == 3);
  follower.fails = true;
  feed.latest = 260;
  host.advance(1s);
  CHECK(follower.stands.revision == 250);
  follower.fails = false;
  host.advance(1s);
  CHECK(follower.stands.revision == 260);
  feed.name = "another";
  feed.latest = 5;
  host.advance(1s);
  CHECK(follower.stands == FeedPosition{"another", 5});
  following.reset();
  feed.latest = 6;
  host.advance(1s);
  CHECK(follower.stands.revision == 5);
}

TEST_CASE("a follower that takes less at a time gets less, and one that stays is left alone") {
  FakeHost host;
  Feed feed;
  Follower follower;
  feed.latest = 60;
  SECTION("less") {
    follower.most = 20;
    const auto following = host.follow(feed, follower);
    CHECK(follower.stands.revision == 60);
  }
  SECTION("stays") {
    follower.moves = false;
    const auto following = host.follow(feed, follower);
    CHECK(follower.calls == 1);
    host.sweep();
    host.advance(1s);
    CHECK(follower.calls == 1);
  }
}
