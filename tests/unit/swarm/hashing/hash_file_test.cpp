// Files that are hashed stay what they are, or are not taken for it.
#include "transfer/swarm/hashing/hash_file.h"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TEST_CASE("a file that changes while it is hashed is noticed") {
  const Folder folder;
  folder.write("a", std::string(3 << 20, 'x'));
  const auto file = (folder.path / "a").string();
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  const auto stamp = stamp_of(info);
  testing::ManualClock clock;
  FileHasher hasher(clock);
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::done);
  const auto while_hashing = [&](const std::function<void()>& change) {
    int blocks = 0;
    return hasher
        .hash(file, stamp,
              [&] {
                if (++blocks == 2) change();
                return false;
              })
        .kind;
  };
  CHECK(while_hashing([&] { std::ofstream(file, std::ios::app) << "more"; }) ==
        HashOutcome::changed);
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::changed);
  CHECK(hasher.hash(file, stamp, [] { return true; }).kind == HashOutcome::changed);
  fs::remove(file);
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::changed);
}

TEST_CASE("a file that was written just now is left to grow older than a tick of its file system") {
  const Folder folder;
  folder.write("a", "abc");
  struct stat info {};
  REQUIRE(stat((folder.path / "a").c_str(), &info) == 0);
  const auto stamp = stamp_of(info);
  const auto written =
      Time(std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds(stamp.mtime_ns)));
  const auto hashed_at = [&](testing::ManualClock& clock) {
    return FileHasher(clock).hash((folder.path / "a").string(), stamp, [] { return false; }).kind;
  };
  SECTION("it waits for the rest of the tick") {
    testing::ManualClock clock;
    clock.set(written + 5ms);
    auto hashed = std::async(std::launch::async, [&] { return hashed_at(clock); });
    clock.await_waiters(1);
    CHECK(clock.next() == clock.steady() + 15ms);
    clock.advance(15ms);
    CHECK(hashed.get() == HashOutcome::done);
  }
  SECTION("an old one is not waited for, nor one from the future") {
    testing::ManualClock clock;
    clock.set(written + 20ms);
    CHECK(hashed_at(clock) == HashOutcome::done);
    clock.set(written - 1ms);
    CHECK(hashed_at(clock) == HashOutcome::done);
  }
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
