// Who is banned, for how long, and that it lasts over a restart.
#include "host/limits/bans.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

const PeerId kPeer{{7}};

struct Index {
  testing::TemporaryFolder data;
  testing::ManualClock clock;
  std::unique_ptr<BanStore> store;
  std::unique_ptr<Bans> bans;
  Index() { start(); }
  void start() {
    bans.reset();
    store = std::make_unique<BanStore>(data.path);
    bans = std::make_unique<Bans>(*store, clock);
    REQUIRE(bans->restore().ok());
  }
  Result<Ban> ban(std::optional<PeerId> peer, const std::string& addresses,
                  std::optional<std::chrono::seconds> length = std::nullopt,
                  const std::string& reason = "floods") {
    Ban ban;
    ban.peer = peer;
    ban.reason = reason;
    ban.by = "root";
    if (!addresses.empty()) ban.addresses = AddressRange::parse(addresses).value();
    if (length) ban.until = clock.now() + *length;
    return bans->add(ban);
  }
  bool is_free(const std::string& address) { return bans->check_address(address).ok(); }
};

}  // namespace

TEST_CASE("a peer is banned with a reason that it reads, over a restart, until that is lifted") {
  Index index;
  CHECK(index.bans->check(kPeer).ok());
  const auto made = index.ban(kPeer, "");
  REQUIRE(made.ok());
  index.start();
  const auto refused = index.bans->check(kPeer);
  CHECK(refused.error().code == ErrorCode::not_allowed);
  CHECK(refused.error().message == "this peer is banned here: floods");
  CHECK(index.bans->check(PeerId{{8}}).ok());
  CHECK(index.bans->all() == std::vector<Ban>{*made});
  REQUIRE(index.bans->lift(made->number).ok());
  CHECK(index.bans->lift(made->number).error().code == ErrorCode::not_found);
  CHECK(index.bans->check(kPeer).ok());
  index.start();
  CHECK(index.bans->all().empty());
}

TEST_CASE("a ban of addresses covers the range, in either way of writing, and nothing beside it") {
  Index index;
  REQUIRE(index.ban(std::nullopt, "203.0.113.0/24").ok());
  REQUIRE(index.ban(std::nullopt, "2001:db8:1::/48").ok());
  CHECK_FALSE(index.is_free("203.0.113.0"));
  CHECK_FALSE(index.is_free("203.0.113.255"));
  CHECK_FALSE(index.is_free("::ffff:203.0.113.9"));
  CHECK_FALSE(index.is_free("2001:db8:1:ffff::1"));
  CHECK(index.is_free("203.0.114.1"));
  CHECK(index.is_free("2001:db8:2::1"));
  CHECK(index.is_free("localhost"));
}

TEST_CASE("a ban ends by itself at its time") {
  Index index;
  REQUIRE(index.ban(kPeer, "192.0.2.1", 1h).ok());
  CHECK(index.bans->check(kPeer).error().message.find(" until ") != std::string::npos);
  index.clock.advance(59min);
  CHECK_FALSE(index.is_free("192.0.2.1"));
  index.clock.advance(1min);
  CHECK(index.is_free("192.0.2.1"));
  CHECK(index.bans->check(kPeer).ok());
  CHECK(index.bans->all().empty());
  REQUIRE(index.ban(std::nullopt, "192.0.2.2").ok());  // and is forgotten then
  CHECK(index.store->all()->size() == 1);
}

TEST_CASE("a ban says whom and why") {
  Index index;
  CHECK(index.ban(std::nullopt, "").error().code == ErrorCode::invalid_argument);
  CHECK(index.ban(kPeer, "", std::nullopt, "").error().code == ErrorCode::invalid_argument);
  CHECK(index.ban(kPeer, "", std::nullopt, "a\nb").error().code == ErrorCode::invalid_argument);
  CHECK(index.ban(kPeer, "", 0s).error().code == ErrorCode::invalid_argument);
  CHECK(index.bans->all().empty());
}
