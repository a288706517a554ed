// What admins do against peers that misbehave, and for those that have lost their token.
#include "fakes.h"
#include "host/api/access.h"

using namespace swapmeet;
using namespace swapmeet::testing;
using namespace std::chrono_literals;

namespace {

const std::string kPath = "/api/v1/peers/" + kPeer;
const std::string kBan = "{\"peer\":\"" + kPeer + R"(","reason":"floods","seconds":3600})";

}  // namespace

TEST_CASE("an admin forgets a peer without its token, and nobody else does") {
  World world;
  const Api api(world.all());
  for (const auto& stranger : {World::guest(), World::as("alice")})
    CHECK(code_of(world.call("POST", kPath + "/forget", "", stranger)) == "not_allowed");
  CHECK(world.registry.forgotten_.empty());
  CHECK(world.call("POST", kPath + "/forget").status == 204);
  CHECK(world.call("DELETE", kPath).status == 204);
  CHECK(world.registry.forgotten_ == std::vector<PeerId>{peer_id(), peer_id()});
  CHECK(code_of(world.call("POST", "/api/v1/peers/" + std::string(32, 'b') + "/forget")) ==
        "not_found");
  const auto done = world.audit.list({}, kPeer).value().items;
  REQUIRE(done.size() == 2);
  CHECK(done[0].what == "peer.forgotten");
  CHECK(done[0].who == "owner");
  CHECK(done[0].address == "192.0.2.7");
}

TEST_CASE("who sends the peer's token leaves, though an admin, and is not forgotten") {
  World world;
  const Api api(world.all());
  auto request = World::admin();
  request.headers.set("Swapmeet-Peer-Token", "its token");
  CHECK(world.call("DELETE", kPath, "", request).status == 204);
  CHECK(world.registry.forgotten_.empty());
  CHECK(world.registry.token_ == "its token");
}

TEST_CASE("an id is transferred by admins, to an account that there is or to whoever comes") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("PATCH", kPath, "{}", World::as("alice"))) == "not_allowed");
  CHECK(world.call("PATCH", kPath, "{}").status == 200);
  CHECK(world.registry.transfer_ == Transfer{"", world.clock.now() + 1h});
  CHECK(world.call("PATCH", kPath, R"({"account":"alice","seconds":60})").status == 200);
  CHECK(world.registry.transfer_ == Transfer{"alice", world.clock.now() + 60s});
  // The heir is of another account than who registered it, and comes through.
  world.auth.has_accounts_ = true;
  world.registry.account_ = "bob";
  const std::string enroll = R"({"name":"a","port":1})";
  CHECK(world.call("PUT", kPath, enroll, World::as("alice")).status == 200);
  world.registry.transfer_.reset();
  CHECK(code_of(world.call("PUT", kPath, enroll, World::as("alice"))) == "not_allowed");
}

TEST_CASE("a banned peer can neither register nor renew nor announce, and reads why") {
  World world;
  const Api api(world.all());
  CHECK(code_of(world.call("POST", "/api/v1/bans", kBan, World::as("alice"))) == "not_allowed");
  const auto made = world.call("POST", "/api/v1/bans", kBan);
  REQUIRE(made.status == 201);
  CHECK(parsed(made)["forgotten"].GetInt() == 1);
  CHECK(world.registry.forgotten_ == std::vector<PeerId>{peer_id()});
  for (const auto& [method, target, body] : {std::tuple{"PUT", kPath, R"({"name":"a","port":1})"},
                                             {"POST", kPath + "/lease", ""},
                                             {"POST", kPath + "/changes", ""}}) {
    const auto refused = world.call(method, target, body, World::guest());
    CHECK(code_of(refused) == "not_allowed");
    CHECK(std::string(parsed(refused)["detail"].GetString()).find("until 20") != std::string::npos);
  }
  CHECK(parsed(world.call("GET", "/api/v1/bans"))["bans"].Size() == 1);
  const auto number = std::to_string(parsed(made)["number"].GetInt());
  CHECK(world.call("DELETE", "/api/v1/bans/" + number).status == 204);
  CHECK(code_of(world.call("DELETE", "/api/v1/bans/" + number)) == "not_found");
  CHECK(code_of(world.call("DELETE", "/api/v1/bans/x")) == "not_found");
  CHECK(world.call("POST", kPath + "/lease", "", World::guest()).status == 200);
}

TEST_CASE("with addresses, all peers that registered from there are forgotten") {
  World world;
  world.registry.seen_ = "203.0.113.9";
  const Api api(world.all());
  const auto elsewhere = R"({"addresses":"198.51.100.0/24","reason":"floods"})";
  CHECK(parsed(world.call("POST", "/api/v1/bans", elsewhere))["forgotten"].GetInt() == 0);
  const auto there = R"({"addresses":"203.0.113.77/24","reason":"floods"})";
  const auto made = parsed(world.call("POST", "/api/v1/bans", there));
  CHECK(made["forgotten"].GetInt() == 2);  // on either page of the list
  CHECK(std::string(made["addresses"].GetString()) == "203.0.113.0/24");
  CHECK(code_of(world.call("POST", "/api/v1/bans", R"({"addresses":"x","reason":"r"})")) ==
        "invalid_argument");
}

TEST_CASE("nobody from a banned address comes in, but for the owner and who asks for health") {
  World world;
  Ban ban;
  ban.addresses = AddressRange::parse("192.0.2.0/24").value();
  ban.reason = "floods";
  REQUIRE(world.bans.add(ban).ok());
  const auto guard = public_guard("secret", &world.auth, &world.bans);
  const auto status_of = [&](const std::string& address, const std::string& path,
                             const std::string& token = "") {
    http::Request request;
    request.method = "GET";
    request.path = path;
    request.remote_address = address;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    const auto refused = guard(request);
    return refused ? refused->status : 200;
  };
  CHECK(status_of("192.0.2.9", "/api/v1/search") == 403);
  CHECK(status_of("192.0.2.9", "/api/v1/sessions") == 403);
  CHECK(status_of("192.0.2.9", "/healthz") == 200);
  CHECK(status_of("192.0.2.9", "/api/v1/search", "secret") == 200);
  CHECK(status_of("192.0.3.9", "/api/v1/search", "alice-session") == 200);
}
