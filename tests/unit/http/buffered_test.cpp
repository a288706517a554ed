// Who holds memory for bodies, and who goes first.
#include "host/http/buffered.h"

#include <map>

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

const Instant kStart{1h};

// What each connection has moved since kStart.
Buffered::ProgressOf moved(const std::map<std::uint64_t, std::uint64_t>& bytes) {
  return [bytes](std::uint64_t connection) -> std::optional<Buffered::Progress> {
    const auto found = bytes.find(connection);
    if (found == bytes.end()) return std::nullopt;
    return Buffered::Progress{found->second, kStart};
  };
}

}  // namespace

TEST_CASE("the total follows what each connection holds") {
  Buffered buffered;
  buffered.set(1, 100);
  buffered.set(2, 30);
  CHECK(buffered.total() == 130);
  buffered.set(1, 40);
  CHECK(buffered.total() == 70);
  buffered.set(1, 0);
  buffered.set(1, 0);
  buffered.set(3, 0);
  CHECK(buffered.total() == 30);
}

TEST_CASE("the slowest is who moved the least for its time, however much it holds") {
  Buffered buffered;
  buffered.set(1, 1'000'000);
  buffered.set(2, 10);
  buffered.set(3, 500);
  CHECK(buffered.slowest(kStart + 10s, moved({{1, 9000}, {2, 100}, {3, 5000}})) == 2);
  CHECK(buffered.slowest(kStart + 10s, moved({{1, 9000}, {2, 9001}, {3, 9002}})) == 1);
}

TEST_CASE("of two that moved as much, the one that took longer is the slower") {
  Buffered buffered;
  buffered.set(1, 10);
  buffered.set(2, 10);
  const auto progress = [](std::uint64_t connection) {
    return Buffered::Progress{100, connection == 1 ? kStart : kStart + 5s};
  };
  CHECK(buffered.slowest(kStart + 6s, progress) == 1);
}

TEST_CASE("who has only just begun is not taken for slow beside one that stands still") {
  Buffered buffered;
  buffered.set(1, 10);
  buffered.set(2, 10);
  const auto progress = [](std::uint64_t connection) {
    return connection == 1 ? Buffered::Progress{0, kStart + 10s} : Buffered::Progress{0, kStart};
  };
  CHECK(buffered.slowest(kStart + 10s, progress) == 2);
}

TEST_CASE("who holds nothing or may not go is never the slowest") {
  Buffered buffered;
  buffered.set(1, 10);
  buffered.set(2, 10);
  buffered.set(3, 10);
  buffered.set(3, 0);
  CHECK(buffered.slowest(kStart + 1s, moved({{2, 5}, {3, 0}})) == 2);
  CHECK_FALSE(buffered.slowest(kStart + 1s, moved({{3, 0}})));
}
