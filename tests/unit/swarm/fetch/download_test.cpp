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

using namespace std::chrono_literals;

constexpr Time kNow{1h};

// A transfer has just ended.
struct Ending {
  Ending() {
    TransferPlan plan;
    plan.id = "0123";
    plan.name = "a.bin";
    plan.folder = "/got";
    plan.size = 5;
    plan.target = "/got/a (2).bin";
    download = new_download(plan, 3, kNow);
    download->kept.status.state = DownloadState::running;
  }
  auto settle(const TransferEnd& end) {
    return transfer_swarm::settle(*download, end, kNow, {10s, {2s, 60s, 50}}, random);
  }
  const DownloadStatus& status() const { return download->kept.status; }

  DownloadPointer download;
  std::mt19937_64 random{1};
};

}  // namespace

TEST_CASE("a new download is queued, and will be where its plan says") {
  const Ending e;
  CHECK(e.download->kept.seq == 3);
  CHECK(e.status().id == "0123");
  CHECK(e.status().path == "/got/a.bin");
  CHECK(e.status().size == 5);
  CHECK(e.status().started == kNow);
  CHECK_FALSE(e.download->kept.asked_for);  // until somebody is noted
  CHECK(new_download({}, 1, kNow)->state() == DownloadState::queued);
}

TEST_CASE("a download that is done says where it is and when it came") {
  Ending e;
  CHECK_FALSE(e.settle({DownloadState::done, ""}));
  CHECK(e.status().state == DownloadState::done);
  CHECK(e.status().path == "/got/a (2).bin");
  CHECK(e.status().done == 5);
  CHECK(e.status().finished == kNow);
}

TEST_CASE("a download that got nowhere waits longer each time, or as long as a source says") {
  Ending e;
  const auto first = e.settle({DownloadState::waiting, "nobody is there"});
  REQUIRE(first);
  CHECK((2s <= *first && *first < 3s));
  CHECK(e.status().why == "nobody is there");
  CHECK(e.status().next_try == kNow + *first);
  e.download->kept.status.state = DownloadState::running;
  const auto second = e.settle({DownloadState::waiting, "nobody is there"});
  CHECK((4s <= *second && *second < 6s));
  e.download->kept.status.state = DownloadState::running;
  CHECK(e.settle({DownloadState::waiting, "in the queue", 7s}) == 7s);
  CHECK(e.download->attempts == 2);
}

TEST_CASE("a download whose sources came too late, or that was interrupted, is queued again") {
  Ending e;
  CHECK_FALSE(e.settle({DownloadState::queued, ""}));
  CHECK(e.status().state == DownloadState::queued);
  e.download->kept.status.state = DownloadState::running;
  e.download->go_on_at_once = true;
  CHECK_FALSE(e.settle({DownloadState::waiting, "nobody is there"}));
  CHECK(e.status().state == DownloadState::queued);
  CHECK(e.status().why.empty());
}

TEST_CASE("a download that the person paused stays paused when its transfer ends, unless done") {
  Ending e;
  e.download->kept.status.state = DownloadState::paused;
  CHECK_FALSE(e.settle({DownloadState::waiting, "nobody is there"}));
  CHECK(e.status().state == DownloadState::paused);
  CHECK_FALSE(e.settle({DownloadState::done, ""}));
  CHECK(e.status().state == DownloadState::done);
}

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
