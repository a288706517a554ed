// Where peers are is proved by connecting there: what is dialled, what not, and what comes of it.
#include "host/reach/address_proofs.h"

#include <map>
#include <thread>

#include "catch.h"
#include "swapmeet/testing/empty_registry.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/wire/address_proof.h"
#include "tests/unit/reach/own_key.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

const PeerId kIndex{{7}};

PeerId peer(int number) {
  PeerId id{{1}};
  id.bytes[2] = static_cast<std::uint8_t>(number / 256);
  id.bytes[3] = static_cast<std::uint8_t>(number % 256);
  return id;
}

class Kept final : public testing::EmptyRegistry {
 public:
  Result<Reachability> reachability(const PeerId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(id);
    if (found == peers_.end()) return not_found("no such peer");
    return found->second;
  }
  Result<void> reached(const PeerId& id, const Reachability& reach) override {
    const std::lock_guard lock(mutex_);
    auto& now = peers_[id];
    if (now.address == reach.address && now.port == reach.port) now = reach;
    return {};
  }
  void put(const PeerId& id, const std::string& address, std::uint16_t port = 6699) {
    const std::lock_guard lock(mutex_);
    peers_[id] = {.address = address, .port = port};
  }

 private:
  std::mutex mutex_;
  std::map<PeerId, Reachability> peers_;
};

struct World {
  testing::ManualClock clock;
  Kept registry;
  Metrics metrics;
  testing::OwnKey key;
  std::mutex mutex;  // guards the next
  std::vector<std::string> dialled;
  std::map<std::string, std::vector<std::string>> names;
  // Who answers at which address; nobody elsewhere.
  std::map<std::string, PeerId> answering;
  std::optional<wire::AddressProof> replayed;
  AddressProofs proofs{
      AddressProofs::Parts{.registry = registry,
                           .clock = clock,
                           .log = [](LogLevel, std::string_view, auto) {},
                           .metrics = metrics,
                           .index = kIndex,
                           .nonce = [] { return std::string(64, 'a'); },
                           .call = [this](const auto& call, const auto&) { return answer(call); },
                           .look_up = [this](const auto& host) { return look_up(host); }},
      ProofRules{}};

  Result<wire::Reply> answer(const wire::ShortCall& call) {
    const std::lock_guard lock(mutex);
    dialled.push_back(HostPort{call.target.text(), call.port}.text());
    const auto found = answering.find(call.target.text());
    if (found == answering.end()) return unavailable("Connection refused");
    if (replayed) return wire::Reply{200, wire::to_json(*replayed)};
    return wire::Reply{
        200, wire::to_json(wire::AddressProof{
                 found->second, key.public_key(),
                 key.sign(wire::proof_text(std::string(64, 'a'), found->second, kIndex))})};
  }
  Result<std::vector<wire::NetworkAddress>> look_up(const std::string& host) {
    const std::lock_guard lock(mutex);
    std::vector<wire::NetworkAddress> all;
    for (const auto& text : names[host]) all.push_back(*wire::NetworkAddress::parse(text));
    if (all.empty()) return unavailable("the name " + host + " leads nowhere");
    return all;
  }
  void look(const PeerId& id, const std::string& caller) {
    proofs.look(id, caller);
    proofs.await_idle();
  }
  Reachability reach(const PeerId& id) { return *registry.reachability(id); }
};

}  // namespace

TEST_CASE("a peer that answers where it calls from is proved, once") {
  World world;
  world.answering["127.0.0.1"] = peer(1);
  world.registry.put(peer(1), "127.0.0.1");
  world.look(peer(1), "127.0.0.1");
  CHECK(world.reach(peer(1)).reached == "127.0.0.1");
  CHECK(world.dialled == std::vector<std::string>{"127.0.0.1:6699"});
  for (int i = 0; i < 100; ++i) world.look(peer(1), "127.0.0.1");
  CHECK(world.dialled.size() == 1);
  world.clock.advance(6h);
  world.look(peer(1), "127.0.0.1");
  CHECK(world.dialled.size() == 2);
}

TEST_CASE("an address where nobody answers, or somebody else, proves nothing") {
  World world;
  world.registry.put(peer(1), "127.0.0.1");
  world.look(peer(1), "127.0.0.1");
  CHECK(world.reach(peer(1)).reached.empty());
  CHECK(world.reach(peer(1)).why == "Connection refused");
  world.answering["127.0.0.1"] = peer(2);
  world.clock.advance(1min);
  world.look(peer(1), "127.0.0.1");
  CHECK(world.reach(peer(1)).reached.empty());
  CHECK(world.reach(peer(1)).why == "another peer answers there: " + peer(2).text());
}

TEST_CASE("what was signed for another nonce or another index proves nothing") {
  for (const auto& text :
       {wire::proof_text(std::string(64, 'b'), peer(1), kIndex),
        wire::proof_text(std::string(64, 'a'), peer(1), PeerId{{8}}), std::string("hello")}) {
    World world;
    world.answering["127.0.0.1"] = peer(1);
    world.replayed = {peer(1), world.key.public_key(), world.key.sign(text)};
    world.registry.put(peer(1), "127.0.0.1");
    world.look(peer(1), "127.0.0.1");
    CHECK(world.reach(peer(1)).reached.empty());
    CHECK(world.reach(peer(1)).why == "who answers there cannot sign as this peer");
  }
}

TEST_CASE("what is private, loopback, link-local or multicast is never dialled for a stranger") {
  World world;
  int number = 0;
  for (const auto* target : {"127.0.0.1", "127.1.2.3", "10.0.0.1", "192.168.0.1", "172.16.0.1",
                             "100.64.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1",
                             "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
                             "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1"}) {
    world.registry.put(peer(++number), target);
    world.look(peer(number), "20.0.0." + std::to_string(number));
    CHECK(world.reach(peer(number)).reached.empty());
    CHECK_FALSE(world.reach(peer(number)).why.empty());
  }
  CHECK(world.dialled.empty());
}

TEST_CASE("who calls from this machine or a private network has nothing in the world dialled") {
  World world;
  int number = 0;
  for (const auto* caller : {"127.0.0.1", "::1", "10.0.0.1", "192.168.0.1", "fd00::1"}) {
    world.registry.put(peer(++number), "8.8.8.8");
    world.look(peer(number), caller);
    CHECK(world.reach(peer(number)).why.starts_with("8.8.8.8 is a public address"));
  }
  CHECK(world.dialled.empty());
}

TEST_CASE("a name is judged by every address that it leads to, and what was judged is dialled") {
  World world;
  world.names["evil.example.com"] = {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"};
  world.registry.put(peer(1), "evil.example.com");
  std::thread waiting([&] { world.look(peer(1), "20.0.0.1"); });
  world.clock.await_waiters(1);
  world.clock.advance(4s);
  waiting.join();
  CHECK(world.dialled.empty());
  CHECK(world.reach(peer(1)).reached.empty());

  world.names["mine.example.com"] = {"127.0.0.1", "20.0.0.2"};
  world.answering["20.0.0.2"] = peer(2);
  world.registry.put(peer(2), "mine.example.com");
  world.look(peer(2), "20.0.0.2");
  CHECK(world.reach(peer(2)).reached == "20.0.0.2");
  CHECK(world.dialled == std::vector<std::string>{"20.0.0.2:6699"});
}

TEST_CASE("10,000 hostile requests are a handful of connections to a victim that never asked") {
  World world;
  for (int i = 0; i < 10'000; ++i) {
    world.registry.put(peer(i % 500), "8.8.8.8", static_cast<std::uint16_t>(1 + i % 1'000));
    world.proofs.look(peer(i % 500),
                      "20.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250));
  }
  // Those under way keep their outcome for themselves until the time is up.
  for (int i = 0; i < 2; ++i) {
    world.clock.await_waiters(1);
    world.clock.advance(4s);
  }
  world.proofs.await_idle();
  CHECK(world.dialled.size() == 3);
}

TEST_CASE("how and when an attempt elsewhere fails tells nothing about who is there") {
  World world;
  world.registry.put(peer(1), "8.8.8.8");
  world.proofs.look(peer(1), "20.0.0.1");
  world.clock.await_waiters(1);
  CHECK(world.reach(peer(1)).tried == Time{});
  world.clock.advance(4s);
  world.proofs.await_idle();
  CHECK(world.reach(peer(1)).why == "nobody there answers as this peer");
}

TEST_CASE("peers that are where they say wait for none that are not") {
  World world;
  // As many as there are threads for such, and they keep their outcome to themselves.
  world.registry.put(peer(1), "8.8.8.8");
  world.registry.put(peer(2), "8.8.9.8");
  world.proofs.look(peer(1), "20.0.0.1");
  world.proofs.look(peer(2), "20.0.0.2");
  world.clock.await_waiters(2);
  world.answering["20.0.0.3"] = peer(3);
  world.registry.put(peer(3), "20.0.0.3");
  world.proofs.look(peer(3), "20.0.0.3");
  while (world.reach(peer(3)).reached.empty()) std::this_thread::yield();
  world.proofs.stop();
}

TEST_CASE("where dial-back is off every address is believed") {
  World world;
  world.proofs.set(ProofRules{.dial_back = false});
  world.registry.put(peer(1), "192.0.2.1");
  world.proofs.look(peer(1), "127.0.0.1");
  CHECK(world.reach(peer(1)).reached == "192.0.2.1");
  CHECK(world.dialled.empty());
}
