// A slow source holds up what is asked of it, and nothing else.
#include "host/reach/questions.h"

#include <thread>
#include <vector>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace std::chrono_literals;

namespace {

struct Asker {
  testing::ManualClock clock;
  Questions questions{clock};
  static Questions::Source source(int number) {
    return {"peer " + std::to_string(number), "127.0.0.1:" + std::to_string(1'000 + number)};
  }
  Result<std::unique_ptr<Questions::Place>> begin(int number) {
    return questions.begin(source(number));
  }
};

}  // namespace

TEST_CASE("a source is asked one thing at a time, by its id and by its address") {
  Asker asker;
  auto first = asker.begin(1);
  REQUIRE(first.ok());
  const auto again = asker.begin(1);
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == ErrorCode::too_many);
  CHECK(again.error().retry_after);
  CHECK_FALSE(asker.questions.begin({"peer 1", "127.0.0.1:9"}).ok());
  CHECK_FALSE(asker.questions.begin({"peer 9", "127.0.0.1:1001"}).ok());
  CHECK(asker.begin(2).ok());
  (*first)->was_answered();
  first->reset();
  CHECK(asker.begin(1).ok());
}

TEST_CASE("whoever waits takes the place of a question that dawdles, not of one that is young") {
  Asker asker;
  std::vector<std::unique_ptr<Questions::Place>> slow;
  for (int i = 0; i < 5; ++i) slow.push_back(std::move(*asker.begin(i)));
  Result<std::unique_ptr<Questions::Place>> honest = unavailable("not yet");
  std::thread waiting([&] { honest = asker.begin(9); });
  asker.clock.await_waiters(1);
  for (const auto& one : slow) CHECK_FALSE(one->stop());
  while (!slow.front()->stop()) {
    asker.clock.await_waiters(1);
    asker.clock.advance(250ms);
  }
  CHECK_FALSE(slow.back()->stop());
  slow.front().reset();  // its call looks at the flag, and ends
  waiting.join();
  REQUIRE(honest.ok());
  CHECK(asker.questions.rests(Asker::source(0)));
  CHECK_FALSE(asker.questions.rests(Asker::source(1)));
}

TEST_CASE("who was too slow rests, ever longer, until it answers") {
  Asker asker;
  auto rest = 0s;
  for (int i = 0; i < 8; ++i) {
    {
      auto place = asker.begin(1);
      REQUIRE(place.ok());
      asker.clock.advance(4s);
    }
    auto now = 0s;
    while (asker.questions.rests(Asker::source(1))) asker.clock.advance(1s), now += 1s;
    CHECK(now >= rest);
    rest = now;
  }
  CHECK(rest == 600s);
  {
    auto place = asker.begin(1);
    REQUIRE(place.ok());
    asker.clock.advance(3s);
    (*place)->was_answered();
  }
  CHECK_FALSE(asker.questions.rests(Asker::source(1)));
  { const auto quick_refusal = asker.begin(1); }
  CHECK_FALSE(asker.questions.rests(Asker::source(1)));
}

TEST_CASE("a source that rests is told from one that is busy, and costs no place") {
  Asker asker;
  {
    const auto place = asker.begin(1);
    asker.clock.advance(4s);
  }
  const auto refused = asker.begin(1);
  REQUIRE_FALSE(refused.ok());
  CHECK_FALSE(refused.error().retry_after);
  CHECK(asker.questions.asking() == 0);
}

TEST_CASE("few wait for a place, so that a plugin's workers are not all taken") {
  Asker asker;
  std::vector<std::unique_ptr<Questions::Place>> asked;
  for (int i = 0; i < 5; ++i) asked.push_back(std::move(*asker.begin(i)));
  std::vector<std::thread> waiting;
  for (int i = 0; i < 2; ++i) waiting.emplace_back([&, i] { (void)asker.begin(10 + i); });
  asker.clock.await_waiters(2);
  CHECK(asker.begin(20).error().code == ErrorCode::too_many);
  asked.clear();
  for (auto& thread : waiting) thread.join();
}
