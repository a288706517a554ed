// Which scans are wanted, without a thread or a clock.
#include "transfer/swarm/scan/scan_requests.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
using Scopes = std::vector<Scope>;

const Scope kAll{"a", "", true};
const Scope kFolder{"a", "x", false};

TEST_CASE("what is asked for is taken in order, without what another one covers") {
  ScanRequests requests(kStart, 1h);
  CHECK_FALSE(requests.any());
  requests.ask({"b", "y", true});
  requests.ask(kFolder);
  requests.ask(kAll);
  CHECK(requests.any());
  CHECK(requests.take({"a", "b"}, kStart) == Scopes{kAll, {"b", "y", true}});
  CHECK_FALSE(requests.any());
  CHECK(requests.take({"a", "b"}, kStart).size() == 2);  // until the round is finished
  requests.finish();
  CHECK(requests.take({"a", "b"}, kStart).empty());
}

TEST_CASE("all stands for the shares that there are when it is taken") {
  ScanRequests requests(kStart, 1h);
  requests.ask_all();
  CHECK(requests.has("any"));
  CHECK(requests.take({"a", "b"}, kStart) == Scopes{kAll, {"b", "", true}});
  CHECK_FALSE(requests.has("c"));
}

TEST_CASE("a share counts as asked for until its round is finished") {
  ScanRequests requests(kStart, 1h);
  requests.ask(kFolder);
  CHECK(requests.has("a"));
  CHECK_FALSE(requests.has("b"));
  requests.take({"a"}, kStart);
  CHECK(requests.has("a"));
  requests.ask(kAll);
  requests.finish();
  CHECK(requests.has("a"));  // again
  requests.take({"a"}, kStart);
  requests.finish();
  CHECK_FALSE(requests.has("a"));
}

TEST_CASE("an expected share counts until somebody asks for all of it") {
  ScanRequests requests(kStart, 1h);
  requests.expect("a");
  CHECK_FALSE(requests.any());
  requests.ask(kFolder);
  requests.take({"a"}, kStart);
  requests.finish();
  CHECK(requests.has("a"));
  requests.ask(kAll);
  requests.take({"a"}, kStart);
  requests.finish();
  CHECK_FALSE(requests.has("a"));
}

TEST_CASE("a later scan falls due at the sooner of its times") {
  ScanRequests requests(kStart, 1h);
  requests.ask_at(kFolder, kStart + 5s);
  requests.ask_at(kFolder, kStart + 3s);
  requests.ask_at(kFolder, kStart + 9s);
  CHECK(requests.next_due() == kStart + 3s);
  CHECK_FALSE(requests.has("a"));  // nothing to wait for
  requests.fall_due(kStart + 2999ms);
  CHECK_FALSE(requests.any());
  requests.fall_due(kStart + 3s);
  CHECK(requests.take({"a"}, kStart + 3s) == Scopes{kFolder});
  CHECK(requests.next_due() == kStart + 1h);
}

TEST_CASE("all is walked again after the interval, which can change") {
  ScanRequests requests(kStart, 1h);
  requests.set_interval(10min);
  CHECK(requests.next_due() == kStart + 10min);
  requests.fall_due(kStart + 10min);
  CHECK(requests.take({"a"}, kStart + 11min) == Scopes{kAll});
  CHECK(requests.next_due() == kStart + 21min);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
