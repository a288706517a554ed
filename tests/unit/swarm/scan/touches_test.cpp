// When a touched folder is told, without inotify and without waiting.
#include "transfer/swarm/scan/touches.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
const Scope kFolder{"s", "x", false};

TEST_CASE("a folder is told once it was quiet for a moment, and once") {
  Touches touches;
  CHECK(touches.next() == Instant::max());
  touches.add(kFolder, kStart);
  touches.add(kFolder, kStart + 200ms);
  CHECK(touches.next() == kStart + 500ms);
  CHECK(touches.take(kStart + 499ms).empty());
  CHECK(touches.take(kStart + 500ms) == std::vector{kFolder});
  CHECK(touches.take(kStart + 1h).empty());
}

TEST_CASE("a folder that is never quiet is told all the same") {
  Touches touches;
  for (auto at = 0ms; at < 1500ms; at += 100ms) touches.add(kFolder, kStart + at);
  CHECK(touches.next() == kStart + 1500ms);
  CHECK(touches.take(kStart + 1500ms) == std::vector{kFolder});
}

TEST_CASE("the first that is due is waited for") {
  Touches touches;
  touches.add({"s", "later", true}, kStart + 100ms);
  touches.add(kFolder, kStart);
  CHECK(touches.next() == kStart + 300ms);
  CHECK(touches.take(kStart + 300ms) == std::vector{kFolder});
  CHECK(touches.next() == kStart + 400ms);
}

TEST_CASE("a forgotten share's folders are not told") {
  Touches touches;
  touches.add(kFolder, kStart);
  touches.add({"t", "x", false}, kStart);
  touches.forget("s");
  CHECK(touches.take(kStart + 1h) == std::vector<Scope>{{"t", "x", false}});
}

TEST_CASE("of very many folders of a share the whole is told instead") {
  Touches touches;
  touches.add({"t", "x", false}, kStart);
  for (int i = 0; i < 999; ++i) touches.add({"s", std::to_string(i), false}, kStart);
  CHECK(touches.take(kStart + 1h).size() == 1000);
  touches.add({"t", "x", false}, kStart);
  for (int i = 0; i < 1000; ++i) touches.add({"s", std::to_string(i), false}, kStart);
  CHECK(touches.take(kStart + 1h) == std::vector<Scope>{{"s", "", true}, {"t", "x", false}});
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
