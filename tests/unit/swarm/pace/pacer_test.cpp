// The pace of uploads, by a clock that the test turns: nothing here depends on real time.
#include "transfer/swarm/pace/pacer.h"

#include <cmath>
#include <map>
#include <vector>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// Readers that take all that they may, in the order in which the front's thread would serve them:
// by the time that they were told, and then as they came.
struct Line {
  struct One {
    Pacer::Reader reader;
    std::uint64_t got = 0;
  };
  testing::ManualClock clock;
  Pacer pacer{clock};
  std::vector<One> readers;

  void add(const std::string& address) { readers.push_back({pacer.reader(address)}); }
  std::uint64_t all() const {
    std::uint64_t sum = 0;
    for (const auto& one : readers) sum += one.got;
    return sum;
  }
  // `late`: how much later than it should the thread wakes up.
  void run(std::chrono::milliseconds time, std::chrono::milliseconds late = 0ms,
           std::uint64_t portion = 1 << 20) {
    const auto end = clock.steady() + time;
    std::multimap<std::chrono::steady_clock::time_point, std::size_t> waiting;
    for (std::size_t i = 0; i < readers.size(); ++i) waiting.emplace(clock.steady(), i);
    while (waiting.begin()->first < end) {
      const auto [due, number] = *waiting.begin();
      waiting.erase(waiting.begin());
      if (due > clock.steady()) clock.advance(due + late - clock.steady());
      auto& one = readers[number];
      const auto allowed = pacer.allow(*one.reader, portion);
      pacer.sent(*one.reader, allowed.bytes);
      one.got += allowed.bytes;
      waiting.emplace(clock.steady() + allowed.wait, number);
    }
    clock.advance(end - clock.steady());
  }
};

void check_close(std::uint64_t bytes, double expected) {
  CAPTURE(bytes, expected);
  CHECK(std::abs(static_cast<double>(bytes) / expected - 1) < 0.03);
}

}  // namespace

TEST_CASE("a limit holds within three in a hundred, whatever it is and however many share it") {
  for (const std::uint64_t rate : {20'000U, 500'000U, 10'000'000U, 1'000'000'000U})
    for (const int readers : {1, 3, 50}) {
      CAPTURE(rate, readers);
      Line line;
      line.pacer.set_rates({rate, 0});
      for (int i = 0; i < readers; ++i) line.add("10.0.0." + std::to_string(i));
      line.run(10s);
      check_close(line.all(), 10.0 * static_cast<double>(rate));
    }
}

TEST_CASE("a limit holds when the thread that sends is late, and when it takes small portions") {
  Line line;
  line.pacer.set_rates({10'000'000, 0});
  line.add("10.0.0.1");
  line.add("10.0.0.2");
  SECTION("late") { line.run(10s, 40ms); }
  SECTION("small") { line.run(10s, 0ms, 700); }
  check_close(line.all(), 100'000'000.0);
}

TEST_CASE("all connections of an address share its limit, and the smaller limit counts") {
  Line line;
  line.pacer.set_rates({5'000'000, 1'000'000});
  for (int i = 0; i < 3; ++i) line.add("10.0.0.1");
  line.add("10.0.0.2");
  line.run(10s);
  check_close(line.all(), 20'000'000.0);
  check_close(line.readers[3].got, 10'000'000.0);

  Line crowd;
  crowd.pacer.set_rates({5'000'000, 1'000'000});
  for (int i = 0; i < 10; ++i) crowd.add("10.0.0." + std::to_string(i));
  crowd.run(20s);
  check_close(crowd.all(), 100'000'000.0);
  for (const auto& one : crowd.readers) {
    CAPTURE(one.got);
    CHECK(one.got > 8'000'000U);
    CHECK(one.got < 12'000'000U);
  }
}

TEST_CASE("a reader with many connections gets no more of the limit than one with one") {
  for (const std::uint64_t rate : {200'000U, 5'000'000U, 500'000'000U})
    for (const int connections : {2, 4, 16}) {
      CAPTURE(rate, connections);
      Line line;
      line.pacer.set_rates({rate, 0});
      line.add("10.0.0.1");
      line.add("10.0.0.2");
      for (int i = 0; i < connections; ++i) line.add("10.0.0.3");
      line.run(20s);
      const auto all = 20.0 * static_cast<double>(rate);
      check_close(line.all(), all);
      CHECK(static_cast<double>(line.readers[0].got) > 0.3 * all);
      CHECK(static_cast<double>(line.readers[1].got) > 0.3 * all);
    }
}

TEST_CASE("a reader that takes little keeps nobody waiting, and saves nothing up") {
  Line line;
  line.pacer.set_rates({1'000'000, 0});
  const auto slow = line.pacer.reader("10.0.0.9");
  line.add("10.0.0.1");
  for (int i = 0; i < 200; ++i) {
    line.run(50ms);
    const auto allowed = line.pacer.allow(*slow, 1'000);
    line.pacer.sent(*slow, allowed.bytes);
  }
  CHECK(line.all() > 9'500'000);
  line.readers.push_back({slow});
  const auto before = line.readers[0].got;
  line.run(1s);
  CHECK(line.readers[0].got - before > 400'000);
}

TEST_CASE("who leaves while it waits is waited for no more") {
  Line line;
  line.pacer.set_rates({1'000'000, 0});
  line.add("10.0.0.1");
  line.add("10.0.0.2");
  line.run(2s);
  line.readers.pop_back();
  const auto before = line.all();
  line.run(10s);
  check_close(line.all() - before, 10'000'000.0);
}

TEST_CASE("without a limit many connections of one reader take smaller turns beside others") {
  Line line;
  const auto alone = [&](std::size_t which) {
    return line.pacer.allow(*line.readers[which].reader, 1 << 20).bytes;
  };
  for (int i = 0; i < 4; ++i) line.add("10.0.0.1");
  CHECK(alone(0) == 1 << 20);
  line.add("10.0.0.2");
  CHECK(alone(0) == 1 << 18);
  CHECK(alone(4) == 1 << 20);
  CHECK(line.pacer.allow(*line.readers[0].reader, 20'000).bytes == 20'000);
  line.readers.pop_back();
  CHECK(alone(0) == 1 << 20);
}

TEST_CASE("new limits count at once, and 0 is none") {
  Line line;
  line.add("10.0.0.1");
  CHECK(line.pacer.allow(*line.readers[0].reader, 123'456'789).bytes == 123'456'789);
  line.pacer.set_rates({1'000, 0});
  line.run(1s);
  CHECK(line.all() <= 1'000);
  line.pacer.set_rates({1'000'000, 0});
  const auto before = line.all();
  line.run(10s);
  check_close(line.all() - before, 10'000'000.0);
  line.pacer.set_rates({0, 0});
  line.clock.advance(100ms);  // the longest that anybody was told to wait
  CHECK(line.pacer.allow(*line.readers[0].reader, 1'000'000'000).bytes == 1'000'000'000);
}

TEST_CASE("there is no burst at the beginning, or after a pause") {
  Line line;
  line.pacer.set_rates({1'000'000, 1'000'000});
  line.add("10.0.0.1");
  for (int i = 0; i < 3; ++i) {
    CHECK(line.pacer.allow(*line.readers[0].reader, 1 << 20).bytes == 0);
    line.clock.advance(10min);
  }
}

TEST_CASE("requests one after the other get no less than one long one") {
  Line line;
  line.pacer.set_rates({0, 10'000'000});
  std::uint64_t got = 0;
  const auto end = line.clock.steady() + 5s;
  while (line.clock.steady() < end) {
    const auto reader = line.pacer.reader("10.0.0.1");  // of a request for a range
    for (std::uint64_t left = 100'000; left > 0 && line.clock.steady() < end;) {
      const auto allowed = line.pacer.allow(*reader, left);
      line.pacer.sent(*reader, allowed.bytes);
      left -= allowed.bytes;
      got += allowed.bytes;
      line.clock.advance(allowed.wait);
    }
    line.clock.advance(1ms);  // until the next request is here
  }
  check_close(got, 50'000'000.0);
}

TEST_CASE("addresses that came once are forgotten, those that still fetch are not") {
  Line line;
  line.pacer.set_rates({0, 1'000});
  line.add("10.0.0.1");
  line.pacer.sent(*line.readers[0].reader, 5'000);  // five seconds ahead
  for (int i = 0; i < 1'000; ++i) {
    line.pacer.reader("10.1.0." + std::to_string(i));
    line.clock.advance(3ms);
  }
  CHECK(line.pacer.reader("10.0.0.1") == line.readers[0].reader);
}

}  // namespace swapmeet::transfer_swarm
