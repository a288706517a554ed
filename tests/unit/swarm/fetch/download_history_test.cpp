// Who gave what over all runs of a download.
#include "transfer/swarm/fetch/download_history.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

DownloadSource source(std::uint8_t peer, const std::string& url, std::uint64_t bytes) {
  DownloadSource one;
  one.peer.bytes[0] = peer;
  one.name = "peer " + std::to_string(peer);
  one.url = url;
  one.bytes = bytes;
  one.state = "active";
  return one;
}

}  // namespace

TEST_CASE("what a source gave before counts to it, also at another address") {
  const auto all = merged({source(1, "old", 5)}, {source(1, "new", 3), source(2, "two", 0)});
  REQUIRE(all.size() == 2);
  CHECK(all[0].bytes == 8);
  CHECK(all[0].url == "new");
  CHECK(all[0].state == "active");
  CHECK(all[1].bytes == 0);
}

TEST_CASE("a source without a peer id is known by its address") {
  const auto all = merged({source(0, "a", 5), source(0, "b", 7)}, {source(0, "a", 1)});
  REQUIRE(all.size() == 2);
  CHECK(all[0].bytes == 6);
  CHECK(all[1].url == "b");
}

TEST_CASE("who gave something before is listed after those of this run, idle; others are not") {
  const auto all = merged({source(1, "one", 5), source(2, "two", 0)}, {source(3, "three", 0)});
  REQUIRE(all.size() == 2);
  CHECK(all[0].url == "three");
  CHECK(all[1].url == "one");
  CHECK(all[1].bytes == 5);
  CHECK(all[1].rate == 0);
  CHECK(all[1].state == "idle");
}

}  // namespace swapmeet::transfer_swarm
