// Membership without its thread: when it registers, when it renews, and how long it waits.
#include "host/feed/membership.h"

#include "catch.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using std::chrono::milliseconds;

namespace {

class Index final : public testing::EmptyRegistry {
 public:
  Result<Enrolled> enroll(const Enrollment& enrollment, const Caller&) override {
    enrollments.push_back(enrollment);
    if (down) return Error{ErrorCode::unavailable, "nobody answers", {}};
    if (full) return *full;
    knows = true;
    return Enrolled{{}, std::chrono::seconds(60), enrollment.token};
  }
  Result<std::chrono::seconds> renew(const PeerId&, const std::string&) override {
    ++renewals;
    if (down) return Error{ErrorCode::unavailable, "nobody answers", {}};
    if (!knows) return Error{ErrorCode::not_found, "never heard of you", {}};
    return std::chrono::seconds(60);
  }
  Result<PeerRecord> peer(const PeerId&, const Identity&) override { return ++looks, record; }
  Result<void> leave(const PeerId&, const std::string&) override { return ++left, Result<void>{}; }

  std::vector<Enrollment> enrollments;
  bool down = false;
  std::optional<Error> full;
  bool knows = false;
  int renewals = 0;
  int left = 0;
  int looks = 0;
  PeerRecord record = [] {
    PeerRecord made;
    made.address = "192.0.2.1";
    made.port = 6699;
    return made;
  }();
};

class Listener final : public PublicEndpoint {
 public:
  HostPort listening() override { return {"0.0.0.0", port}; }
  std::string announced_address() override { return address; }
  http::Tls tls() override { return how; }
  std::string address;
  std::uint16_t port = 6699;
  http::Tls how = http::Tls::off;
};

class Key final : public PeerKey {
 public:
  const std::string& fingerprint() const override { return fingerprint_; }
  const std::string& public_key() const override { return fingerprint_; }
  std::string sign(std::string_view) const override { return {}; }

 private:
  std::string fingerprint_ = std::string(64, 'f');
};

class NoFeed final : public ChangeFeed {
 public:
  Result<FeedState> state() override { return FeedState{}; }
  Result<ChangeBatch> changes_after(Revision, std::size_t) override { return ChangeBatch{}; }
  Registration on_advance(std::function<void()>) override { return {}; }
};

struct World {
  testing::ManualClock clock;
  Key key;
  Index index;
  Listener listener;
  NoFeed feed;
  std::vector<std::string> logged;
  Membership membership{
      index,
      listener,
      feed,
      {PeerId{{1}}, "ann", std::string(32, 't'), 1, &key},
      [this](LogLevel, std::string_view message, auto) { logged.emplace_back(message); },
      clock};
};

}  // namespace

TEST_CASE("it registers once, then renews at a third of the lease") {
  World world;
  CHECK(world.membership.round() == milliseconds(2'000));
  CHECK(world.membership.round() == milliseconds(20'000));
  CHECK(world.index.enrollments.size() == 1);
  CHECK(world.index.renewals == 1);
  world.membership.stop();
  CHECK(world.index.left == 1);
}

TEST_CASE("an index that says when to come back is left alone until then") {
  World world;
  world.index.full = too_many("enough for now");
  world.index.full->retry_after = std::chrono::seconds(120);
  CHECK(world.membership.round() == milliseconds(120'000));
  CHECK(world.membership.problem() == "enough for now");
  world.index.full.reset();
  static_cast<void>(world.membership.round());
  CHECK(world.membership.problem().empty());
}

TEST_CASE("while the index is down it keeps trying, ever more slowly, and says so once") {
  World world;
  world.index.down = true;
  milliseconds last{0};
  for (int i = 0; i < 20; ++i) {
    const auto pause = world.membership.round();
    CHECK(pause >= std::min(last, milliseconds(15'000)));
    CHECK(pause <= milliseconds(18'750));
    last = pause;
  }
  CHECK(world.logged == std::vector<std::string>{"is not registered and tries again"});
  CHECK(world.membership.problem() == "nobody answers");
  world.index.down = false;
  CHECK(world.membership.round() == milliseconds(2'000));
  CHECK(world.membership.problem().empty());
  CHECK(world.logged.back() == "registered");
}

TEST_CASE("an index that forgot the peer is told again at once") {
  World world;
  world.membership.round();
  world.index.knows = false;
  CHECK(world.membership.round() == milliseconds(0));
  CHECK(world.membership.round() == milliseconds(2'000));
  CHECK(world.index.enrollments.size() == 2);
  CHECK(world.index.enrollments[1].token == world.index.enrollments[0].token);
}

TEST_CASE("another address or port is registered instead of renewed") {
  World world;
  world.membership.round();
  world.listener.address = "192.0.2.1";
  world.membership.round();
  world.listener.port = 7000;
  world.membership.round();
  REQUIRE(world.index.enrollments.size() == 3);
  CHECK(world.index.enrollments[1].address == "192.0.2.1");
  CHECK(world.index.enrollments[2].port == 7000);
  CHECK(world.index.renewals == 0);
}

TEST_CASE("how the listener speaks TLS is told, and told again when that changes") {
  World world;
  world.membership.round();
  world.listener.how = http::Tls::offered;
  world.membership.round();
  world.listener.how = http::Tls::required;
  world.membership.round();
  world.membership.round();
  const auto& told = world.index.enrollments;
  REQUIRE(told.size() == 3);
  CHECK((told[0].fingerprint.empty() && told[0].plain));
  CHECK((told[1].fingerprint == world.key.fingerprint() && told[1].plain));
  CHECK((told[2].fingerprint == world.key.fingerprint() && !told[2].plain));
}

TEST_CASE("a peer that the index cannot reach hears why, once, and that it can be reached again") {
  World world;
  world.index.record.dialable = false;
  world.membership.round();
  world.membership.round();
  CHECK(world.membership.unreachable().empty());  // the index has not tried yet
  world.index.record.unreachable = "Connection refused";
  for (int i = 0; i < 3; ++i) world.membership.round();
  CHECK(world.membership.unreachable() ==
        "the index cannot reach this peer at 192.0.2.1:6699: Connection refused");
  CHECK(world.logged == std::vector<std::string>{"registered", "nobody can fetch from here"});
  world.index.record.dialable = true;
  world.index.record.unreachable.clear();
  world.membership.round();
  CHECK(world.membership.unreachable().empty());
  CHECK(world.logged.back() == "can be reached");
}

TEST_CASE("once it is reached the index is asked about that more rarely") {
  World world;
  for (int i = 0; i < 31; ++i) world.membership.round();
  CHECK(world.index.renewals == 30);
  CHECK(world.index.looks == 11);
}
