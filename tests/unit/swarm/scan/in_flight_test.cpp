// Files that are being hashed.
#include "transfer/swarm/scan/in_flight.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("a file is under way as it was when it was handed out, until it is removed") {
  InFlight files;
  CHECK(files.find(1, "a") == nullptr);
  files.add(1, "a", {10, 20, 30});
  files.add(2, "a", {11, 21, 31});
  REQUIRE(files.find(1, "a") != nullptr);
  CHECK(*files.find(1, "a") == FileStamp{10, 20, 30});
  CHECK(*files.find(2, "a") == FileStamp{11, 21, 31});
  CHECK(files.find(1, "b") == nullptr);
  CHECK(files.size() == 2);
  files.remove(1, "a");
  files.remove(1, "never");
  CHECK(files.find(1, "a") == nullptr);
  CHECK(files.size() == 1);
  files.clear();
  CHECK(files.size() == 0);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
