// A descriptor that can be read is told once, until it was read.
#include "transfer/swarm/scan/readable.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
  void put() const { REQUIRE(write(ends[1], "x", 1) == 1); }
  void take() const {
    char byte = 0;
    REQUIRE(read(ends[0], &byte, 1) == 1);
  }
};

struct Calls {
  std::mutex mutex;
  std::condition_variable came;
  int count = 0;
  void add() {
    const std::lock_guard lock(mutex);
    ++count;
    came.notify_all();
  }
  bool comes_to(int wanted) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, 3min, [&] { return count == wanted; });
  }
};

TEST_CASE("what comes is told once, and again after it was read") {
  const Pipe pipe;
  Calls calls;
  Readable readable(pipe.ends[0], [&] { calls.add(); });
  pipe.put();
  REQUIRE(calls.comes_to(1));
  pipe.put();
  pipe.take();
  readable.again();  // one byte is left
  REQUIRE(calls.comes_to(2));
  pipe.take();
  readable.again();
  pipe.put();
  REQUIRE(calls.comes_to(3));
}

TEST_CASE("it ends even if its thread took the ring of the end for the one before") {
  for (int round = 0; round < 100; ++round) {
    const Pipe pipe;
    Calls calls;
    pipe.put();
    Readable readable(pipe.ends[0], [&] {
      calls.add();
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();  // both rings come meanwhile
    });
    REQUIRE(calls.comes_to(1));
    pipe.take();
    readable.again();
  }
}

TEST_CASE("it ends whether something waits to be read or not") {
  const Pipe pipe;
  Calls calls;
  {
    const Readable idle(pipe.ends[0], [&] { calls.add(); });
  }
  {
    pipe.put();
    const Readable told(pipe.ends[0], [&] { calls.add(); });
    REQUIRE(calls.comes_to(1));
  }
  {
    const Readable none(-1, [&] { calls.add(); });
  }
  CHECK(calls.count == 1);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
