// Who wants a download, and from whom it may come.
#include "transfer/swarm/fetch/download.h"

#include "catch.h"

namespace swapmeet::transfer_swarm {
namespace {

Source source(std::uint8_t peer, const std::string& url) {
  Source one;
  one.peer.bytes[0] = peer;
  one.url = url;
  return one;
}

}  // namespace

TEST_CASE("a download remembers everybody who wants it, once each") {
  StoredDownload download;
  download.asked_for = false;
  CHECK(want(download, "offer 1"));
  CHECK_FALSE(want(download, "offer 1"));
  CHECK(want(download, "offer 2"));
  CHECK(want(download, ""));
  CHECK_FALSE(want(download, ""));
  CHECK(download.asked_for);
  CHECK(download.offers == std::vector<std::string>{"offer 1", "offer 2"});
}

TEST_CASE("a download is wanted until the last who wants it gives it up") {
  StoredDownload download;
  download.asked_for = false;
  want(download, "1");
  want(download, "2");
  CHECK(unwant(download, "1", {}));
  CHECK_FALSE(unwant(download, "2", {}));
  want(download, "");
  CHECK(unwant(download, "2", {}));  // the person's, whatever offers say
}

TEST_CASE("the sources of an offer that is off go with it, at whatever address they are by now") {
  StoredDownload download;
  auto& given = download.plan.given;
  CHECK(add_sources(given, {source(1, "http://a:1/content/x?offer=t"), source(2, "http://b:1/c")}));
  CHECK_FALSE(add_sources(given, {source(2, "http://b:1/c")}));
  CHECK(add_sources(given, {source(3, "http://b:1/c")}));  // somebody else
  unwant(download, "1", {source(1, "http://moved:2/content/x?offer=t")});
  REQUIRE(given.size() == 2);
  CHECK(given[0].peer.bytes[0] == 2);
  unwant(download, "1", {source(2, "http://b:1/other")});
  CHECK(given.size() == 2);
}

}  // namespace swapmeet::transfer_swarm
