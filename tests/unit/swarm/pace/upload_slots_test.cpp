// Upload slots and their queue, by a clock that the test turns.
#include "transfer/swarm/pace/upload_slots.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

ContentId content(std::uint8_t number) {
  return *ContentId::parse("0" + std::to_string(number) + std::string(62, '0'));
}

// A reader's request, over a connection of that port.
UploadRequest from(const std::string& address, std::uint16_t port, std::uint8_t number = 1) {
  return {address, port, "", content(number), "a.bin", 100};
}

// The same of a reader that names itself.
UploadRequest of(const std::string& reader, std::uint16_t port, std::uint8_t number = 1) {
  auto request = from("a", port, number);
  request.reader = reader;
  return request;
}

struct Queue {
  explicit Queue(std::size_t count) { slots.set_slots(count); }
  // Nothing when it may go, else its place.
  std::uint64_t ask(const UploadRequest& request) {
    const auto turn = slots.enter(request);
    CHECK_FALSE(turn.crowded);
    if (!turn.granted) CHECK(turn.retry_after >= 1s);
    return turn.granted ? 0 : turn.place;
  }
  bool is_crowded(const UploadRequest& request) {
    const auto turn = slots.enter(request);
    if (turn.crowded) CHECK((!turn.granted && turn.place == 0 && turn.retry_after == 1s));
    return turn.crowded;
  }
  testing::ManualClock clock;
  UploadSlots slots{clock};
};

}  // namespace

TEST_CASE("slots are given until all are taken, and then in the order of coming") {
  Queue q(2);
  CHECK(q.ask(from("a", 1)) == 0);
  CHECK(q.ask(from("b", 1)) == 0);
  CHECK(q.ask(from("c", 1)) == 1);
  CHECK(q.ask(from("d", 1)) == 2);
  CHECK(q.ask(from("d", 9)) == 2);  // another connection, the same place
  CHECK(q.slots.waiting().size() == 2);
  CHECK(q.slots.waiting()[1].address == "d");
  CHECK(q.slots.waiting()[1].place == 2);
  q.slots.leave(from("a", 1), true);
  CHECK(q.ask(from("d", 1)) == 2);  // the free one is kept for c
  CHECK(q.ask(from("e", 1)) == 3);
  CHECK(q.ask(from("c", 2)) == 0);
  CHECK(q.ask(from("d", 1)) == 1);
}

TEST_CASE("without a limit all may go, and a limit lets those go on who hold a slot") {
  Queue q(0);
  for (std::uint16_t i = 0; i < 50; ++i) CHECK(q.ask(from("a", i)) == 0);
  q.slots.set_slots(1);
  CHECK(q.ask(from("a", 7)) == 0);
  CHECK(q.ask(from("a", 99)) == 1);
  q.slots.set_slots(0);
  CHECK(q.ask(from("a", 99)) == 0);
  CHECK(q.slots.waiting().empty());
}

TEST_CASE("a reader of many ranges keeps its slot between them, for a moment") {
  Queue q(1);
  for (int i = 0; i < 5; ++i) {
    CHECK(q.ask(from("a", 1)) == 0);
    q.slots.leave(from("a", 1), false);
    CHECK(q.ask(from("b", 1)) == 1);
    q.clock.advance(1s);
  }
  q.clock.advance(3s);
  CHECK(q.ask(from("b", 1)) == 0);
  CHECK(q.ask(from("a", 1)) == 1);
}

TEST_CASE("many requests of one address do not keep another waiting") {
  Queue q(1);
  CHECK(q.ask(from("greedy", 1)) == 0);
  CHECK(q.ask(from("greedy", 2, 2)) == 1);
  CHECK(q.ask(from("greedy", 3, 3)) == 2);
  CHECK(q.ask(from("greedy", 4, 4)) == 3);
  CHECK(q.ask(from("modest", 1)) == 2);  // before all but the first of the others
  CHECK(q.ask(from("third", 1)) == 3);
  q.slots.leave(from("greedy", 1), true);
  CHECK(q.ask(from("greedy", 2, 2)) == 0);
  CHECK(q.ask(from("modest", 1)) == 1);
  CHECK(q.ask(from("third", 1)) == 2);
  CHECK(q.ask(from("greedy", 3, 3)) == 3);
}

TEST_CASE("who does not come back loses the turn, and then the place") {
  Queue q(1);
  CHECK(q.ask(from("a", 1)) == 0);
  CHECK(q.ask(from("gone", 1)) == 1);
  CHECK(q.ask(from("b", 1)) == 2);
  q.slots.leave(from("a", 1), true);
  q.clock.advance(2s);
  CHECK(q.ask(from("b", 1)) == 2);
  q.clock.advance(2s);
  CHECK(q.ask(from("b", 1)) == 0);  // "gone" was due three seconds ago
  CHECK(q.ask(from("gone", 1)) == 1);
  CHECK(q.ask(from("c", 1)) == 2);
  q.clock.advance(40s);
  CHECK(q.slots.waiting().empty());
}

TEST_CASE("those behind one address are told apart by what they call themselves") {
  Queue q(1);
  CHECK(q.ask(from("a", 1)) == 0);
  auto ann = from("b", 1);
  ann.reader = "ann";
  auto bob = from("b", 2);
  bob.reader = "bob";
  CHECK(q.ask(ann) == 1);
  CHECK(q.ask(bob) == 2);
}

TEST_CASE("the connections of a reader with a name share one slot, and others wait for no more") {
  Queue q(2);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.ask(of("ann", 2)) == 0);
  CHECK(q.ask(of("ann", 3, 2)) == 0);  // another content, too
  CHECK(q.ask(of("bob", 4)) == 0);     // the second slot
  CHECK(q.ask(of("cid", 5)) == 1);
  CHECK(q.ask(of("ann", 6)) == 0);
  CHECK(q.slots.waiting().size() == 1);
}

TEST_CASE("a reader's second connection has no place in the queue beside the first") {
  Queue q(1);
  CHECK(q.ask(from("b", 1)) == 0);
  CHECK(q.ask(of("ann", 1)) == 1);
  CHECK(q.ask(of("ann", 2)) == 1);
  CHECK(q.ask(of("ann", 3, 2)) == 1);  // whatever it asks for
  CHECK(q.slots.waiting().size() == 1);
  CHECK(q.slots.waiting()[0].content == content(2));
  CHECK(q.ask(of("bob", 4)) == 2);
  q.slots.leave(from("b", 1), true);
  CHECK(q.ask(of("ann", 2)) == 0);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.ask(of("bob", 4)) == 1);
}

TEST_CASE("a slot is free when the last of the reader's connections has left for good") {
  Queue q(1);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.ask(of("ann", 2)) == 0);
  CHECK(q.ask(of("ann", 2)) ==
        0);  // the next answer begins before the one before is told to be out
  q.slots.leave(of("ann", 1), true);
  CHECK(q.ask(of("bob", 3)) == 1);
  q.slots.leave(of("ann", 2), true);
  CHECK(q.ask(of("bob", 3)) == 1);
  q.slots.leave(of("ann", 2), true);
  CHECK(q.ask(of("bob", 3)) == 0);
  CHECK(q.ask(of("ann", 2)) == 1);
}

TEST_CASE("a connection that is cut costs a reader its slot only if it was the last") {
  Queue q(1);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.ask(of("ann", 2)) == 0);
  q.slots.leave(of("ann", 1), false);  // between two ranges
  q.slots.leave(of("ann", 2), true);   // cut
  q.clock.advance(2s);
  CHECK(q.ask(of("bob", 3)) == 1);
  CHECK(q.ask(of("ann", 4)) == 0);
  q.slots.leave(of("ann", 4), false);
  q.clock.advance(3s);
  CHECK(q.ask(of("bob", 3)) == 1);
  q.clock.advance(1ms);
  CHECK(q.ask(of("bob", 3)) == 0);
}

TEST_CASE("one connection more than a reader may have is turned away, and its slot stays") {
  Queue q(1);
  q.slots.set_connections(2);
  CHECK(q.slots.connections() == 2);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.ask(of("ann", 2)) == 0);
  CHECK(q.is_crowded(of("ann", 3)));
  CHECK(q.ask(of("ann", 2)) == 0);  // over those that it has
  CHECK(q.ask(of("bob", 4)) == 1);
  q.slots.leave(of("ann", 1), false);
  CHECK(q.ask(of("ann", 3)) == 0);  // an idle one does not count
  CHECK(q.is_crowded(of("ann", 1)));
  q.slots.set_connections(1);  // those that run go on
  CHECK(q.is_crowded(of("ann", 2)));
  q.slots.set_connections(3);
  CHECK(q.ask(of("ann", 1)) == 0);
}

TEST_CASE("a connection over which nothing goes may be dead, and keeps the reader from no other") {
  Queue q(1);
  q.slots.set_connections(1);
  CHECK(q.ask(of("ann", 1)) == 0);
  q.clock.advance(9s);
  q.slots.sent(of("ann", 1));
  q.clock.advance(10s);
  CHECK(q.is_crowded(of("ann", 2)));
  q.clock.advance(1ms);
  CHECK(q.ask(of("ann", 2)) == 0);
  q.slots.sent(of("ann", 1));  // it was not
  CHECK(q.is_crowded(of("ann", 3)));
  CHECK(q.ask(of("bob", 4)) == 1);
}

TEST_CASE("connections of a reader are counted where slots are not, too") {
  Queue q(0);
  q.slots.set_connections(1);
  CHECK(q.ask(of("ann", 1)) == 0);
  CHECK(q.is_crowded(of("ann", 2)));
  CHECK(q.ask(of("bob", 3)) == 0);
  CHECK(q.ask(from("a", 4)) == 0);  // who has no name is its connection
  CHECK(q.ask(from("a", 5)) == 0);
}

TEST_CASE("who borrows the name of a reader at another address has nothing of its slot") {
  Queue q(1);
  CHECK(q.ask(of("ann", 1)) == 0);
  auto other = from("b", 1);
  other.reader = "ann";
  CHECK(q.ask(other) == 1);
  CHECK(q.ask(of("ann", 2)) == 0);
  q.slots.leave(other, true);  // has none to leave
  CHECK(q.ask(other) == 1);
}

TEST_CASE("a group gets slots in proportion to its weight") {
  Queue q(1);
  q.slots.set_weights({{"friends", 3}, {"family", 100}});
  const auto of = [](const std::string& address, std::vector<std::string> groups) {
    auto request = from(address, 1);
    request.who = {address, std::move(groups), {}};
    return request;
  };
  CHECK(q.ask(from("busy", 1)) == 0);
  for (const char* guest : {"g1", "g2", "g3"}) q.ask(from(guest, 1));
  for (const char* friendly : {"f1", "f2", "f3", "f4", "f5"}) q.ask(of(friendly, {"friends"}));
  const auto order = [&] {
    std::string text;
    for (const auto& one : q.slots.waiting()) text += one.address + ' ';
    return text;
  };
  // The slot that is taken was a guest's turn.
  CHECK(order() == "f1 f2 f3 g1 f4 f5 g2 g3 ");
  CHECK(q.ask(of("m1", {"unknown", "friends", "family"})) == 2);  // by the heaviest group
  CHECK(q.slots.waiting()[1].account == "m1");
  q.slots.leave(from("busy", 1), true);
  CHECK(q.ask(of("f1", {"friends"})) == 0);
  CHECK(order() == "m1 f2 f3 g1 f4 f5 g2 g3 ");
  q.slots.set_weights({});
  CHECK(q.ask(of("f6", {"friends"})) == 9);  // a guest like others
}

TEST_CASE("a group that asks for nothing saves no turns for later") {
  Queue q(1);
  q.slots.set_weights({{"friends", 1}});
  for (int i = 0; i < 6; ++i) {
    CHECK(q.ask(from("a", 1)) == 0);
    q.slots.leave(from("a", 1), i < 5);
  }
  for (const char* guest : {"g1", "g2"}) q.ask(from(guest, 1));
  auto friendly = from("f", 1);
  friendly.who.groups = {"friends"};
  for (std::uint8_t i = 1; i <= 3; ++i) {
    friendly.content = content(i);
    q.ask(friendly);
  }
  std::string order;
  for (const auto& one : q.slots.waiting()) order += one.address + ' ';
  CHECK(order == "f g1 f g2 f ");
}

TEST_CASE("the queue is bounded, in all and for each address") {
  Queue q(1);
  CHECK(q.ask(from("a", 1)) == 0);
  auto request = from("b", 1);
  for (int i = 1; i <= 100; ++i) {
    request.reader = std::to_string(i);
    CHECK(q.ask(request) == static_cast<std::uint64_t>(i));
  }
  request.reader = "one more";
  CHECK(q.ask(request) == 0);
  CHECK(q.slots.waiting().size() == 100);
  CHECK(q.ask(from("c", 1)) == 2);
}

}  // namespace swapmeet::transfer_swarm
