// Who works next, who makes room, and why nobody is left: without a connection to anybody.
#include "transfer/swarm/fetch/source_pool.h"

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

PeerId id_of(std::uint8_t peer) {
  PeerId id;
  id.bytes[0] = peer;
  return id;
}

Source source(std::uint8_t peer, std::uint64_t have = 0) {
  Source one;
  one.peer = id_of(peer);
  one.url = "http://127.0.0.1:" + std::to_string(peer) + "/content/x";
  one.have = have;
  return one;
}

struct Pool {
  explicit Pool(std::uint8_t self = 99, std::vector<std::string> liars = {})
      : pool({clock, nullptr, id_of(self), 1, {10s, {2s, 60s, 50}}}, std::move(liars)) {}

  PoolSource& at(std::size_t index) { return *pool.all().at(index); }
  void begin(PoolSource& one, Instant now = kNow) {
    one.standing.begin();
    one.lanes().front()->last_piece = now;
    one.lanes().front()->works = true;
  }
  void end(PoolSource& one, const Error& error, Instant now = kNow) {
    one.lanes().front()->works = false;
    pool.failed(one, error, now);
  }
  void fail(PoolSource& one, const Error& error) {
    begin(one);
    end(one, error);
  }

  testing::ManualClock clock;
  SourcePool pool;
};

const Error kBusy{ErrorCode::unavailable, "it answered 503", {}};
const Error kLie{ErrorCode::corrupt, "sent wrong bytes", {}};

}  // namespace

TEST_CASE("a source is known once, this host is none, and there are 200 at most") {
  Pool p(9);
  p.pool.add({source(1), source(9), source(1), source(2)});
  CHECK(p.pool.all().size() == 2);
  for (int port = 1000; port < 2000; ++port) {
    auto more = source(3);
    more.url = "http://127.0.0.1:" + std::to_string(port) + "/content/x";
    p.pool.add({more});
  }
  CHECK(p.pool.all().size() == 200);
}

TEST_CASE("whole sources begin first, then new ones, then the fastest") {
  Pool p;
  p.pool.add_listed({source(1, 5), source(2, 100), source(3, 100), source(4, 100)}, 100);
  CHECK(p.pool.next(kNow) == &p.at(1));
  for (const auto i : {1U, 2U}) {
    p.begin(p.at(i));
    p.at(i).standing.end();
    p.at(i).lanes().front()->speed.measured(100.0 * i);
  }
  CHECK(p.pool.next(kNow) == &p.at(3));
  p.begin(p.at(3));
  CHECK(p.pool.next(kNow) == &p.at(2));
  p.begin(p.at(2));
  CHECK(p.pool.next(kNow) == &p.at(1));
  p.begin(p.at(1));
  CHECK(p.pool.next(kNow) == &p.at(0));
  p.begin(p.at(0));
  CHECK(p.pool.next(kNow) == nullptr);
  CHECK(p.pool.working() == 4);
}

TEST_CASE("a source that failed begins again when its time has come, a liar never") {
  Pool p;
  p.pool.add({source(1), source(2)});
  p.fail(p.at(0), kBusy);
  p.fail(p.at(1), kLie);
  CHECK(p.pool.next(kNow) == nullptr);
  CHECK(p.pool.next(kNow + 3s) == &p.at(0));
  CHECK(p.pool.liars() == std::vector{id_of(2).text()});
  Pool again(99, p.pool.liars());
  auto moved = source(2);
  moved.url = "http://127.0.0.1:7777/content/x";
  again.pool.add({moved, source(1)});
  CHECK(again.pool.next(kNow) == &again.at(1));
  CHECK(again.at(0).standing.text() == "dropped: sent wrong bytes before");
}

TEST_CASE("the slowest makes room for one that is new or much faster, once it had its chance") {
  Pool p;
  p.pool.add({source(1), source(2), source(3)});
  p.begin(p.at(0));
  p.begin(p.at(1));
  p.at(0).lanes().front()->speed.measured(1000);
  p.at(1).lanes().front()->speed.measured(100);
  auto& waiting = p.at(2);
  CHECK(p.pool.slow_beside(waiting, kNow + 9s) == nullptr);  // their pieces may come yet
  CHECK(p.pool.slow_beside(waiting, kNow + 10s) == &p.at(1));
  p.at(1).lanes().front()->last_piece = kNow + 1s;
  CHECK(p.pool.slow_beside(waiting, kNow + 10s) == &p.at(0));
  p.at(1).lanes().front()->last_piece = kNow;
  p.begin(waiting);
  waiting.standing.end();
  waiting.lanes().front()->speed.measured(400);
  CHECK(p.pool.slow_beside(waiting, kNow + 10s) == nullptr);
  waiting.lanes().front()->speed.measured(700);
  CHECK(p.pool.slow_beside(waiting, kNow + 10s) == &p.at(1));
}

TEST_CASE("a partial source that had nothing new for three seconds makes room") {
  Pool p;
  p.pool.add_listed({source(1, 5), source(2, 100)}, 100);
  p.begin(p.at(0));
  CHECK(p.pool.slow_beside(p.at(1), kNow + 2s) == nullptr);
  CHECK(p.pool.slow_beside(p.at(1), kNow + 3s) == &p.at(0));
}

TEST_CASE("a source that owes bytes and sends none is sent home; one that rests is not") {
  Pool p;
  p.pool.add({source(1), source(2)});
  p.begin(p.at(0));
  p.begin(p.at(1));
  p.at(0).lanes().front()->speed.expects(kNow);
  CHECK(p.pool.measure(kNow) == 0);
  p.pool.measure(kNow + 10s);
  p.end(p.at(0), Error{ErrorCode::cancelled, "ended", {}}, kNow + 10s);
  CHECK(p.at(0).standing.text() == "trying again: ended");
  p.begin(p.at(0));
  p.at(0).lanes().front()->speed.expects(kNow + 10s);
  p.pool.measure(kNow + 21s);
  for (const auto i : {0U, 1U})
    p.end(p.at(i), Error{ErrorCode::cancelled, "ended", {}}, kNow + 21s);
  CHECK(p.at(0).standing.text() == "trying again: it sent nothing for too long");
  CHECK(p.at(1).standing.text() == "trying again: ended");
}

TEST_CASE("what its sender takes back is not asked at any address") {
  Pool p;
  auto offered = source(1);
  offered.url += "?offer=t";
  auto moved = offered;
  moved.url = "http://10.0.0.1:5/content/x?offer=t";
  p.pool.add({offered, moved, source(1)});
  p.begin(p.at(0));
  p.pool.withdraw(offered);
  CHECK(p.at(0).standing.text() == "withdrawn by its sender");
  CHECK(p.at(1).standing.is_out());
  CHECK(p.pool.next(kNow) == &p.at(2));  // what the same peer gives to everybody
}

TEST_CASE("those who fetch together begin at different parts, and know what comes to others") {
  const std::vector<Source> group{source(9, 100), source(1, 5), source(2, 5), source(3, 5)};
  for (std::uint8_t self = 1; self <= 3; ++self) {
    Pool p(self);
    p.pool.add_listed(group, 100);
    CHECK(p.pool.partial() == 2);  // 9 has all, and nobody is a source of its own
    CHECK(p.pool.rank() == Approx((self - 1) / 3.0));
  }
  Pool p(1);
  p.pool.add_listed(group, 100);
  CHECK(p.pool.copies(9).of.empty());
  auto& two = p.at(1).pieces;
  auto& three = p.at(2).pieces;
  two.has = std::string("\x01\x00", 2);
  two.coming = std::string("\x06\x01", 2);
  three.has = std::string("\x03\x00", 2);
  const auto copies = p.pool.copies(9);
  CHECK(copies.of == std::vector<std::uint16_t>{2, 2, 1, 0, 0, 0, 0, 0, 1});
  CHECK(copies.first == std::string("\x04\x01", 2));
  two.look_at = kNow;
  CHECK(p.pool.next_to_look() == &p.at(2));
  two.partial = three.partial = false;
  CHECK(p.pool.next_to_look() == nullptr);
}

TEST_CASE(
    "the reason why nobody is left names the queues, or else three sources, or the registry") {
  Pool p;
  CHECK(p.pool.why_nobody("") == "nobody who has it is present");
  CHECK(p.pool.why_nobody("the index is gone") == "the index is gone");
  p.pool.add({source(1), source(2), source(3), source(4), source(5)});
  CHECK(p.pool.why_nobody("the index is gone") == "the index is gone");
  for (const auto i : {0U, 1U, 2U, 3U}) p.fail(p.at(i), kBusy);
  CHECK(p.pool.why_nobody("") ==
        "no source works now: http://127.0.0.1:1/content/x trying again: it answered 503; "
        "http://127.0.0.1:2/content/x trying again: it answered 503; "
        "http://127.0.0.1:3/content/x trying again: it answered 503; and 1 more");
  CHECK_FALSE(p.pool.retry_after(kNow));
  p.fail(p.at(4), {ErrorCode::unavailable, "place 3 in the queue", std::nullopt, 7s});
  p.fail(p.at(3), {ErrorCode::unavailable, "place 1 in the queue", std::nullopt, 5s});
  CHECK(p.pool.why_nobody("") ==
        "waits at http://127.0.0.1:4/content/x, place 1 in the queue; at "
        "http://127.0.0.1:5/content/x, place 3 in the queue");
  CHECK(p.pool.retry_after(kNow) == 5s);
  CHECK(p.pool.retry_after(kNow + 3500ms) == 2s);
  CHECK(p.pool.retry_after(kNow + 1min) == 0s);
}

}  // namespace swapmeet::transfer_swarm
