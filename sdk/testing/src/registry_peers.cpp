#include <algorithm>

#include "registry_checks.h"
#include "swapmeet/testing/catch.h"

namespace swapmeet::testing {

Enrolled enroll(Registry& registry, const Enrollment& enrollment) {
  auto enrolled = registry.enroll(enrollment, {{}, "203.0.113.9"});
  INFO((enrolled ? "" : enrolled.error().message));
  REQUIRE(enrolled.ok());
  if (answers_there(registry, enrollment.id)) enrolled->peer = *registry.peer(enrollment.id);
  return std::move(*enrolled);
}

bool answers_there(Registry& registry, const PeerId& peer) {
  auto reach = registry.reachability(peer);
  if (is_error(reach, ErrorCode::unsupported)) return false;
  REQUIRE(reach.ok());
  reach->reached = reach->address;
  reach->tried = Time(std::chrono::hours(1));
  REQUIRE(registry.reached(peer, *reach).ok());
  return true;
}

Enrolled enroll(Registry& registry, unsigned number, const std::string& name) {
  return enroll(registry, enrollment_of(number, name));
}

std::vector<PeerRecord> all_peers(Registry& registry, PeerQuery query, std::size_t limit) {
  return all_pages<PeerRecord>(limit, [&](const PageRequest& page) {
    query.page = page;
    return registry.peers(query);
  });
}

namespace {

std::vector<std::string> names_of(const std::vector<PeerRecord>& peers) {
  std::vector<std::string> names;
  names.reserve(peers.size());
  for (const auto& peer : peers) names.push_back(peer.name);
  return names;
}

bool is_present(Registry& registry, unsigned number) {
  const auto peer = registry.peer(peer_number(number));
  REQUIRE(peer.ok());
  return peer->present;
}

}  // namespace

// A peer says its name and where it is; the registry answers with the record, a lease and the
// token.
void check_enrolling(RegistrySubject& subject) {
  auto& registry = subject.registry();
  CHECK(is_error(registry.peer(peer_number(1)), ErrorCode::not_found));
  auto enrolled = enroll(registry, 1, "alice");
  CHECK(enrolled.lease.count() >= 1);
  CHECK(enrolled.token == kToken);  // the one that was proposed
  CHECK(enrolled.peer.id == peer_number(1));
  CHECK(enrolled.peer.name == "alice");
  CHECK(enrolled.peer.address == "192.0.2.1");
  CHECK(enrolled.peer.seen_address == subject.seen_address("203.0.113.9"));
  CHECK(enrolled.peer.port == 6699);
  CHECK(enrolled.peer.present);
  CHECK(enrolled.peer.files == 0);
  CHECK(enrolled.peer.fingerprint.empty());
  CHECK(enrolled.peer.plain);
  CHECK(*registry.peer(peer_number(1)) == enrolled.peer);
  // An empty address is the one that the registry sees. An empty token: one is made, good from then
  // on.
  auto shy = enrollment_of(2, "Bøb Ünïcode");
  shy.address.clear();
  shy.token.clear();
  enrolled = enroll(registry, shy);
  CHECK(enrolled.peer.name == "Bøb Ünïcode");
  CHECK(enrolled.peer.address == subject.seen_address("203.0.113.9"));
  CHECK(enrolled.token.size() >= 32);
  CHECK(enrolled.token.size() <= 128);
  CHECK(registry.renew(peer_number(2), enrolled.token).ok());
  // The same again, after an answer that got lost, is the same; with another name it is a change.
  CHECK(enroll(registry, 1, "alice").peer.id == peer_number(1));
  auto moved = enrollment_of(1, "Alice B.");
  moved.address = "2001:db8::1";
  moved.port = 1;
  CHECK(enroll(registry, moved).peer.address == "2001:db8::1");
  CHECK(registry.peer(peer_number(1))->name == "Alice B.");
  moved.fingerprint = std::string(64, 'f');
  moved.plain = false;
  enrolled = enroll(registry, moved);
  CHECK(enrolled.peer.fingerprint == moved.fingerprint);
  CHECK_FALSE(enrolled.peer.plain);
  CHECK(*registry.peer(peer_number(1)) == enrolled.peer);
  CHECK(registry.counts()->peers == 2);
}

// Nobody takes a peer id over, and nobody speaks for a peer without its token.
void check_ownership(RegistrySubject& subject) {
  auto& registry = subject.registry();
  enroll(registry, 1, "alice");
  announce(registry, 1, 0, {put({}, listing_of("s/a.txt", 1))});
  const auto before = *registry.peer(peer_number(1));
  auto thief = enrollment_of(1, "mallory");
  for (const auto& token : {kOtherToken, std::string(), kToken + "t"}) {
    INFO("token '" << token << "'");
    thief.token = token;
    CHECK(is_error(registry.enroll(thief, {{}, "203.0.113.66"}), ErrorCode::not_allowed));
    CHECK(is_error(registry.renew(peer_number(1), token), ErrorCode::not_allowed));
    CHECK(is_error(registry.leave(peer_number(1), token), ErrorCode::not_allowed));
    CHECK(is_error(registry.announce(peer_number(1), token, {"feed", 0, 1, {}}),
                   ErrorCode::not_allowed));
  }
  CHECK(*registry.peer(peer_number(1)) == before);
  CHECK(*registry.announced(peer_number(1), kToken) == FeedPosition{"feed", 10});
  // Leaving does not free the id; its owner may return.
  REQUIRE(registry.leave(peer_number(1), kToken).ok());
  thief.token = kOtherToken;
  CHECK(is_error(registry.enroll(thief, {{}, ""}), ErrorCode::not_allowed));
  enroll(registry, 1, "alice");
  // Who has the token may put another in its place, and nobody else may.
  auto changed = enrollment_of(1, "alice");
  changed.token = kOtherToken;
  for (const auto& former : {std::string(), kOtherToken, kToken + "t"}) {
    changed.former_token = former;
    CHECK(is_error(registry.enroll(changed, {{}, ""}), ErrorCode::not_allowed));
  }
  changed.former_token = kToken;
  CHECK(enroll(registry, changed).token == kOtherToken);
  CHECK(is_error(registry.renew(peer_number(1), kToken), ErrorCode::not_allowed));
  CHECK(registry.renew(peer_number(1), kOtherToken).ok());
  // One who is not registered is told so.
  CHECK(is_error(registry.renew(peer_number(9), kToken), ErrorCode::not_found));
  CHECK(is_error(registry.leave(peer_number(9), kToken), ErrorCode::not_found));
  CHECK(is_error(registry.announced(peer_number(9), kToken), ErrorCode::not_found));
  CHECK(is_error(registry.announce(peer_number(9), kToken, {"feed", 0, 1, {}}),
                 ErrorCode::not_found));
}

// What is wrong is refused as a whole, with a sentence that says what.
void check_validation(RegistrySubject& subject) {
  auto& registry = subject.registry();
  const auto refused = [&](auto&& spoil) {
    auto enrollment = enrollment_of(1, "alice");
    spoil(enrollment);
    return is_error(registry.enroll(enrollment, {{}, "203.0.113.9"}), ErrorCode::invalid_argument);
  };
  for (const std::string& name : {std::string(), std::string(65, 'n'), std::string("a\nb"),
                                  std::string("a\0b", 3), std::string("\x7f")}) {
    INFO("name '" << name << "'");
    CHECK(refused([&](Enrollment& enrollment) { enrollment.name = name; }));
  }
  for (const char* address : {"not an address", "300.1.1.1", "1.2.3", "[::1]", "a..b", "-x",
                              "http://a", "a:80", "::1%eth0"}) {
    INFO("address '" << address << "'");
    CHECK(refused([&](Enrollment& enrollment) { enrollment.address = address; }));
  }
  CHECK(refused([](Enrollment& enrollment) { enrollment.port = 0; }));
  CHECK(refused([](Enrollment& enrollment) { enrollment.id = {}; }));
  CHECK(refused([](Enrollment& enrollment) { enrollment.plain = false; }));
  for (const std::string& none : {std::string("f"), std::string(64, 'F'), std::string(65, 'f')})
    CHECK(refused([&](Enrollment& enrollment) { enrollment.fingerprint = none; }));
  CHECK(is_error(registry.peer(peer_number(1)), ErrorCode::not_found));
  for (const char* address : {"127.0.0.1", "::1", "example.org", "a-b.c"}) {
    auto enrollment = enrollment_of(1, std::string(64, 'n'));
    enrollment.address = address;
    CHECK(enroll(registry, enrollment).peer.address == address);
  }
}

// Whoever renews in time is present. Whoever does not is absent, and present again with the next
// renewal; registration and listings stay.
void check_presence(RegistrySubject& subject) {
  auto& registry = subject.registry();
  const auto lease = enroll(registry, 1, "alice").lease;
  enroll(registry, 2, "bob");
  announce(registry, 1, 0, {put({}, listing_of("s/a.txt", 1, 7))});
  for (int round = 0; round < 3; ++round) {
    subject.advance(lease * 2 / 3);
    CHECK(registry.renew(peer_number(1), kToken).ok());
  }
  CHECK(is_present(registry, 1));
  CHECK_FALSE(is_present(registry, 2));
  CHECK(names_of(all_peers(registry, {}, 10)) == std::vector<std::string>{"alice"});
  PeerQuery absent_too;
  absent_too.present_only = false;
  CHECK(names_of(all_peers(registry, absent_too, 10)) == std::vector<std::string>{"alice", "bob"});
  subject.advance(lease * 2);
  CHECK_FALSE(is_present(registry, 1));
  auto counts = *registry.counts();
  CHECK(counts.peers == 2);
  CHECK(counts.present == 0);
  CHECK(counts.files == 0);
  CHECK(registry.content({content_number(1), {}})->sources.empty());
  // Back, by renewing, by registering; gone at once, by leaving.
  CHECK(registry.renew(peer_number(1), kToken).ok());
  CHECK(is_present(registry, 1));
  enroll(registry, 2, "bob");
  CHECK(is_present(registry, 2));
  REQUIRE(registry.leave(peer_number(2), kToken).ok());
  CHECK_FALSE(is_present(registry, 2));
  CHECK(registry.content({content_number(1), {}})->sources.size() == 1);
  counts = *registry.counts();
  CHECK(counts.present == 1);
  CHECK(counts.files == 1);
  CHECK(counts.bytes == 7);
}

// An address counts once somebody has proved that this peer answers there, and as long as it is the
// address that the peer announces.
void check_reach(RegistrySubject& subject) {
  auto& registry = subject.registry();
  const auto alice = peer_number(1);
  enroll(registry, 1, "alice");
  if (is_error(registry.reachability(alice), ErrorCode::unsupported)) return;
  CHECK(is_error(registry.reachability(peer_number(9)), ErrorCode::not_found));
  announce(registry, 1, 0, {put({}, listing_of("s/a.txt", 1))});
  const auto sources = [&] { return registry.content({content_number(1), {}})->sources; };
  CHECK(registry.peer(alice)->dialable);
  CHECK(sources().size() == 1);
  auto moved = enrollment_of(1, "alice");
  moved.port = 7000;
  const auto register_again = [&] {
    const auto enrolled = registry.enroll(moved, {{}, "203.0.113.9"});
    REQUIRE(enrolled.ok());
    return enrolled->peer;
  };
  // Elsewhere it is not proved: it is present, and nobody is sent there.
  const auto before = *registry.reachability(alice);
  auto peer = register_again();
  CHECK(peer.present);
  CHECK_FALSE(peer.dialable);
  CHECK(peer.unreachable.empty());
  CHECK(sources().empty());
  const auto fresh = *registry.reachability(alice);
  CHECK(fresh.address == "192.0.2.1");
  CHECK(fresh.port == 7000);
  CHECK(fresh.is_announced);
  CHECK(fresh.reached.empty());
  CHECK(fresh.tried == Time{});
  // What comes in late about the former address does not count.
  REQUIRE(registry.reached(alice, before).ok());
  CHECK(*registry.reachability(alice) == fresh);
  CHECK(sources().empty());
  // It failed, then it worked, and registering again at the same place asks for nothing.
  auto reach = fresh;
  reach.tried = Time(std::chrono::hours(1));
  reach.failures = 3;
  reach.why = "connection refused";
  REQUIRE(registry.reached(alice, reach).ok());
  CHECK(*registry.reachability(alice) == reach);
  CHECK_FALSE(registry.peer(alice)->dialable);
  CHECK(registry.peer(alice)->unreachable == "connection refused");
  reach.reached = "192.0.2.1";
  reach.failures = 0;
  reach.why.clear();
  REQUIRE(registry.reached(alice, reach).ok());
  CHECK(register_again().dialable);
  CHECK(sources().size() == 1);
  // A name is where it was found to lead, and not where it may lead tomorrow.
  moved.address = "alice.example.org";
  CHECK_FALSE(register_again().dialable);
  reach = *registry.reachability(alice);
  CHECK(reach.address == "alice.example.org");
  reach.reached = "192.0.2.77";
  REQUIRE(registry.reached(alice, reach).ok());
  CHECK(registry.peer(alice)->address == "192.0.2.77");
  REQUIRE(sources().size() == 1);
  CHECK(sources().front().url.starts_with("http://192.0.2.77:7000/"));
  // One that says itself that it cannot be reached is not.
  moved.dialable = false;
  CHECK_FALSE(register_again().dialable);
  CHECK_FALSE(registry.reachability(alice)->is_announced);
  CHECK(sources().empty());
}

// In order of name, then id; in pages in which nobody is twice or missing, even while others come.
void check_peers(RegistrySubject& subject) {
  auto& registry = subject.registry();
  for (unsigned i = 1; i <= 20; ++i)
    enroll(registry, i, "peer " + std::string(1, static_cast<char>('a' + i * 7 % 5)));
  for (const std::size_t limit : {1U, 3U, 20U, 100U}) {
    const auto all = all_peers(registry, {}, limit);
    REQUIRE(all.size() == 20);
    CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.name, a.id) < std::tie(b.name, b.id);
    }));
    CHECK(std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return a.id == b.id;
          }) == all.end());
  }
  PeerQuery named;
  named.name = "EER B";
  CHECK(all_peers(registry, named, 3).size() == 4);
  named.name = "nobody";
  CHECK(all_peers(registry, named, 3).empty());
  const auto first = *registry.peers({{5, ""}, "", true});
  enroll(registry, 30, "aaa");
  enroll(registry, 31, "zzz");
  const auto rest = *registry.peers({{100, first.next}, "", true});
  CHECK(rest.items.size() == 16);
  CHECK(rest.items.back().name == "zzz");
  CHECK(is_error(registry.peers({{5, "no place"}, "", true}), ErrorCode::invalid_argument));
}

}  // namespace swapmeet::testing
