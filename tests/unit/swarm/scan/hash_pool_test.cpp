// The threads that hash: what they answer, how much they take, and that they end.
#include "transfer/swarm/scan/hash_pool.h"

#include <sys/stat.h>

#include <chrono>
#include <future>

#include "catch.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

HashJob job_of(const Folder& folder, const std::string& name) {
  HashJob job{1, "s", folder.path.string(), {}};
  job.file.path = name;
  struct stat info {};
  if (stat((folder.path / name).c_str(), &info) == 0) job.file.stamp = stamp_of(info);
  return job;
}

// What a pool has done.
struct Done {
  std::mutex mutex;
  std::condition_variable came;
  std::vector<HashResult> results;

  void add(HashResult result) {
    const std::lock_guard lock(mutex);
    results.push_back(std::move(result));
    came.notify_all();
  }
  bool comes_to(std::size_t count) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, 3min, [&] { return results.size() >= count; });
  }
};

// A thread of the pool that is held in its first call of `done`.
struct Held {
  std::promise<void> reached;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
};

TEST_CASE("what is offered is hashed, and what is not there is told") {
  const Folder folder;
  folder.write("a", "abc");
  testing::ManualClock clock;
  Done done;
  HashPool pool(clock, 1, {}, [&](HashResult result) { done.add(std::move(result)); });
  auto good = job_of(folder, "a");
  auto gone = job_of(folder, "gone");
  REQUIRE(pool.offer(good, false));
  REQUIRE(pool.offer(gone, false));
  REQUIRE(done.comes_to(2));
  CHECK(done.results[0].job.file.path == "a");
  CHECK(done.results[0].outcome.kind == HashOutcome::done);
  CHECK(done.results[0].outcome.tree.content == tree_of("abc").content);
  CHECK(done.results[1].outcome.kind == HashOutcome::changed);
}

TEST_CASE("the queue is short, urgent files go first, and stopping drops what waits") {
  const Folder folder;
  folder.write("first", "x");
  folder.write("urgent", "y");
  testing::ManualClock clock;
  Done done;
  Held held;
  HashPool pool(clock, 1, {}, [&](HashResult result) {
    const bool is_first = result.job.file.path == "first";
    done.add(std::move(result));
    if (!is_first) return;
    held.reached.set_value();
    held.released.wait();
  });
  auto first = job_of(folder, "first");
  REQUIRE(pool.offer(first, false));
  held.reached.get_future().wait();
  CHECK(pool.is_half_empty());
  std::size_t taken = 0;
  for (auto job = job_of(folder, "gone"); pool.offer(job, false); job = job_of(folder, "gone"))
    ++taken;
  CHECK(taken == 512);
  CHECK_FALSE(pool.is_half_empty());
  auto urgent = job_of(folder, "urgent");
  CHECK(pool.offer(urgent, true));
  held.release.set_value();
  REQUIRE(done.comes_to(2));
  pool.stop();
  pool.stop();
  CHECK(done.results[1].job.file.path == "urgent");  // nobody adds to them any more
  CHECK(done.results.size() <= 514);
}

TEST_CASE("beside transfers a hashing thread sleeps, and stopping wakes it") {
  const Folder folder;
  folder.write("a", std::string(3 << 20, 'x'));
  testing::ManualClock clock;
  std::atomic<std::uint64_t> moved{0};
  std::promise<void> counted;  // the thread has begun
  Done done;
  HashPool pool(
      clock, 1,
      [&, is_first = true]() mutable {
        const auto now = moved.load();
        if (std::exchange(is_first, false)) counted.set_value();
        return now;
      },
      [&](HashResult result) { done.add(std::move(result)); });
  counted.get_future().wait();
  moved = std::uint64_t{1} << 30;
  clock.advance(100ms);
  auto job = job_of(folder, "a");
  REQUIRE(pool.offer(job, false));
  clock.await_waiters(1);
  CHECK(clock.next() == clock.steady() + 50ms);
  CHECK(done.results.empty());
  SECTION("it goes on after the pause") {
    clock.advance(50ms);
    REQUIRE(done.comes_to(1));
    CHECK(done.results[0].outcome.kind == HashOutcome::done);
    CHECK(done.results[0].took == 50ms);
  }
  SECTION("it ends at once") {
    pool.stop();
    REQUIRE(done.results.size() == 1);
    CHECK(done.results[0].outcome.kind == HashOutcome::stopped);
  }
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
