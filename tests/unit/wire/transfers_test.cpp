// What is told of downloads and uploads comes back as it was.
#include "catch.h"
#include "swapmeet/wire/json.h"

using namespace swapmeet;

TEST_CASE("a page of downloads has the counts of all") {
  DownloadPage page;
  page.items.resize(2);
  page.items[0].id = "12";
  page.items[1].folder = FolderCounts{3, 2, 1, true};
  page.next = "after";
  page.counts = {1, 2, 3, 4, 5, 6};
  const auto read = wire::from_json<DownloadPage>(wire::to_json(page));
  REQUIRE(read.ok());
  CHECK(read->counts == page.counts);
  CHECK(read->next == "after");
  REQUIRE(read->items.size() == 2);
  CHECK(read->items[0].id == "12");
  CHECK(read->items[1].folder->files == 3);
  // A host of an earlier version counts nothing.
  const auto early = wire::from_json<DownloadPage>(R"({"downloads":[],"next":""})");
  REQUIRE(early.ok());
  CHECK(early->counts == DownloadCounts{});
}

TEST_CASE("an upload tells its reader, and when it was over") {
  UploadStatus one;
  one.address = "10.0.0.1";
  one.peer.bytes[0] = 7;
  one.peer_name = "bob";
  one.at_home = true;
  one.size = 9;
  one.done = 5;
  one.started = Time(std::chrono::seconds(1));
  one.finished = Time(std::chrono::seconds(2));
  const auto page =
      wire::from_json<Page<UploadStatus>>(wire::to_json(Page<UploadStatus>{{one}, "7"}));
  REQUIRE(page.ok());
  CHECK(page->next == "7");
  REQUIRE(page->items.size() == 1);
  const auto& read = page->items[0];
  CHECK(read.peer == one.peer);
  CHECK(read.peer_name == "bob");
  CHECK(read.at_home);
  CHECK(read.done == 5);
  CHECK(read.finished == one.finished);
  const auto stranger =
      wire::from_json<std::vector<UploadStatus>>(wire::to_json(std::vector<UploadStatus>(1)));
  REQUIRE(stranger.ok());
  CHECK(stranger->at(0).peer.is_zero());
  CHECK_FALSE(stranger->at(0).finished);
}
