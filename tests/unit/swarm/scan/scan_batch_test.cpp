// When hashed files are committed together, without a catalogue.
#include "transfer/swarm/scan/scan_batch.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

HashedFile file(const std::string& path, std::size_t layer = 32) {
  HashedFile one;
  one.path = path;
  one.tree.layer.assign(layer, 'x');
  return one;
}

TEST_CASE("a batch is due when its first file has waited for long enough") {
  ScanBatch batch(100, 1s);
  CHECK(batch.due() == Instant::max());
  CHECK_FALSE(batch.is_due(kStart + 1h));  // there is nothing to commit
  batch.add(1, "s", file("a"), kStart);
  batch.add(1, "s", file("b"), kStart + 900ms);
  CHECK(batch.due() == kStart + 1s);
  CHECK_FALSE(batch.is_due(kStart + 999ms));
  CHECK(batch.is_due(kStart + 1s));
  batch.take();
  CHECK(batch.due() == Instant::max());
  batch.add(1, "s", file("c"), kStart + 5s);
  CHECK(batch.due() == kStart + 6s);
}

TEST_CASE("a batch is due when it has many files") {
  ScanBatch batch(3, 1h);
  batch.add(1, "s", file("a"), kStart);
  batch.add(2, "t", file("a"), kStart);
  CHECK_FALSE(batch.is_due(kStart));
  batch.add(1, "s", file("b"), kStart);
  CHECK(batch.is_due(kStart));
  CHECK(batch.size() == 3);
}

TEST_CASE("a batch is due when its layers are large") {
  ScanBatch batch(100, 1h);
  batch.add(1, "s", file("a", 8 << 19), kStart);
  CHECK_FALSE(batch.is_due(kStart));
  batch.add(1, "s", file("b", 8 << 19), kStart);
  CHECK(batch.is_due(kStart));
  batch.take();
  batch.add(1, "s", file("c"), kStart);
  CHECK_FALSE(batch.is_due(kStart));
}

TEST_CASE("files are taken by share, in their order, and once") {
  ScanBatch batch(100, 1h);
  batch.add(1, "s", file("b"), kStart);
  batch.add(2, "t", file("c"), kStart);
  batch.add(1, "s", file("a"), kStart);
  const auto files = batch.take();
  REQUIRE(files.size() == 2);
  const auto& first = files.at({1, "s"});
  REQUIRE(first.size() == 2);
  CHECK(first[0].path == "b");
  CHECK(first[1].path == "a");
  CHECK(files.at({2, "t"}).size() == 1);
  CHECK(batch.size() == 0);
  CHECK(batch.take().empty());
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
