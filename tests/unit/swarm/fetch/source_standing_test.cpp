// Whether a source works, when it may again, and what a person reads about it.
#include "transfer/swarm/fetch/source_standing.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

struct Standing {
  void fail(const Error& error) { source.fail(error, kNow, patience, random); }
  void fail(ErrorCode code) { fail({code, "it answered 503", {}}); }

  SourceStanding source;
  Patience patience{.stall_after = 10s, .retry = {2s, 60s, 50}};
  std::mt19937_64 random{1};
};

}  // namespace

TEST_CASE("a source is idle, active, and idle again") {
  Standing s;
  CHECK(s.source.is_idle());
  CHECK(s.source.may_begin(kNow));
  CHECK_FALSE(s.source.was_tried());
  s.source.begin();
  CHECK(s.source.works());
  CHECK(s.source.text() == "active");
  CHECK_FALSE(s.source.may_begin(kNow));
  s.source.end();
  CHECK(s.source.is_idle());
  CHECK(s.source.was_tried());
  CHECK(s.source.may_begin(kNow));
}

TEST_CASE("a source that fails is tried again, later each time, until a piece of it is right") {
  Standing s;
  const auto wait = [&] {
    s.source.begin();
    s.fail(ErrorCode::unavailable);
    CHECK(s.source.text() == "trying again: it answered 503");
    CHECK_FALSE(s.source.works());
    CHECK_FALSE(s.source.may_begin(s.source.retry_at() - 1ns));
    CHECK(s.source.may_begin(s.source.retry_at()));
    return s.source.retry_at() - kNow;
  };
  const auto first = wait(), second = wait(), third = wait();
  CHECK((2s <= first && first < 3s));
  CHECK((4s <= second && second < 6s));
  CHECK((8s <= third && third < 12s));
  s.source.forgive();
  CHECK(wait() < 3s);
}

TEST_CASE("a source that says when to come back is in no fault") {
  Standing s;
  s.source.begin();
  s.fail(Error{ErrorCode::unavailable, "place 3 in the queue", std::nullopt, 7s});
  CHECK(s.source.is_in_queue());
  CHECK(s.source.text() == "waits: place 3 in the queue");
  CHECK(s.source.retry_at() == kNow + 7s);
  s.source.begin();
  CHECK_FALSE(s.source.is_in_queue());
  s.fail(ErrorCode::unavailable);
  CHECK(s.source.retry_at() < kNow + 3s);  // as after a first failure
}

TEST_CASE("a liar is dropped and never begins again") {
  Standing s;
  s.source.begin();
  s.fail(Error{ErrorCode::corrupt, "sent wrong bytes", {}});
  CHECK(s.source.is_dropped());
  CHECK(s.source.is_out());
  CHECK(s.source.text() == "dropped: sent wrong bytes");
  CHECK_FALSE(s.source.may_begin(kNow + 1000h));
}

TEST_CASE("why a source was sent home counts more than how its worker ended") {
  Standing s;
  CHECK_FALSE(s.source.send_home("slower than others"));  // it does not work
  s.source.begin();
  CHECK(s.source.send_home("slower than others"));
  CHECK_FALSE(s.source.send_home("it sent nothing for too long"));  // it goes already
  s.fail(Error{ErrorCode::cancelled, "ended", std::nullopt, 7s});
  CHECK(s.source.text() == "trying again: slower than others");
  CHECK_FALSE(s.source.is_in_queue());
  s.source.begin();
  CHECK(s.source.send_home("slower than others"));
}

TEST_CASE("what its sender took back stays withdrawn, however its worker ends") {
  Standing s;
  s.source.begin();
  CHECK(s.source.withdraw());
  SECTION("well") { s.source.end(); }
  SECTION("badly") { s.fail(ErrorCode::corrupt); }
  CHECK(s.source.text() == "withdrawn by its sender");
  CHECK(s.source.is_out());
  CHECK_FALSE(s.source.is_dropped());
  CHECK_FALSE(s.source.works());
  CHECK_FALSE(s.source.may_begin(kNow + 1000h));
  CHECK_FALSE(s.source.withdraw());  // nobody has to end
}

}  // namespace swapmeet::transfer_swarm
