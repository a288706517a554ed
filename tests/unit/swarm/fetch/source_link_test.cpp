// Reading from a source at the pace of this host's limits.
#include "transfer/swarm/fetch/source_link.h"

#include <future>

#include "catch.h"
#include "fake_source.h"
#include "swapmeet/testing/manual_clock.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSize = 100'000;

}  // namespace

TEST_CASE("a link without limits reads what was opened, and counts it") {
  const fakes::FakeSource source(fakes::noise(kSize));
  testing::ManualClock clock;
  SourceLink link(source.source(1), clock, nullptr);
  CHECK(link.key() == link.source().peer.text());
  link.open(1min, PeerId{}, "");
  link.client().ask_range(1000, 500, kSize);
  REQUIRE(link.client().open().ok());
  std::string bytes(500, '\0');
  REQUIRE(link.fill(bytes.data(), bytes.size()).ok());
  CHECK(bytes == fakes::noise(kSize).substr(1000, 500));
  CHECK(link.received() == 500);
}

TEST_CASE("a link that a limit holds back says so, and ends at once when it is interrupted") {
  const fakes::FakeSource source(fakes::noise(kSize));
  testing::ManualClock clock;
  Pacer pacer(clock);
  pacer.set_rates({.all = 10'000, .each = 0});
  SourceLink link(source.source(0), clock, &pacer);
  CHECK(link.key() == source.url());
  link.open(1min, PeerId{}, "");
  link.client().ask_range(0, kSize, kSize);
  REQUIRE(link.client().open().ok());
  std::string bytes(kSize, '\0');
  auto filled = std::async(std::launch::async, [&] { return link.fill(bytes.data(), kSize); });
  clock.await_waiters(1);
  CHECK(link.is_held_back());
  const auto before = link.received();
  const auto end = clock.steady() + 1s;
  while (clock.next() <= end) {
    clock.advance(clock.next() - clock.steady());
    clock.await_waiters(1);
  }
  CHECK(link.received() - before >= 8'000);
  CHECK(link.received() - before <= 11'000);
  link.interrupt();
  REQUIRE(filled.wait_for(1min) == std::future_status::ready);
  CHECK(filled.get().error().code == ErrorCode::cancelled);
  CHECK_FALSE(link.is_held_back());
}

}  // namespace swapmeet::transfer_swarm
