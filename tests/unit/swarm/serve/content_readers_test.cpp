// The content routes and who reads: upload slots, the queue, connections of one reader.
#include "catch.h"
#include "transfer/swarm/base/peer_headers.h"
#include "transfer/swarm/serve/content_routes.h"
#include "unit/swarm/serve/served_content.h"

namespace swapmeet::transfer_swarm {
namespace {

TEST_CASE("who asks when all slots are taken is told so at once, too") {
  ServedContent served("a.txt", "hello");
  served.meter.set_slots(1);
  const auto first = served.get();
  REQUIRE(first.status == 200);
  served.address = "10.0.0.2";
  CHECK(served.at_once() == 503);
  std::get<http::FileBody>(first.body).on_end(true);
  CHECK(served.at_once() == 200);
}

TEST_CASE("a peer that fetches over several connections is one reader, and is told how many") {
  ServedContent served("a.txt", "hello");
  served.meter.set_slots(1);
  served.meter.set_connections(2);
  const Fields ann = {{kReaderHeader, "ann"}};
  std::vector<http::Response> answers;
  for (served.port = 1; served.port <= 2; ++served.port) {
    answers.push_back(served.get(ann));
    CHECK(answers.back().status == 200);
    CHECK(value(answers.back(), kConnectionsHeader) == "2");
  }
  const auto crowded = served.get(ann);
  CHECK(crowded.status == 429);
  CHECK(value(crowded, kConnectionsHeader) == "2");
  CHECK(value(crowded, "Retry-After") == "1");
  CHECK(value(crowded, kPlaceHeader).empty());
  CHECK(std::get<std::string>(crowded.body).find("over 2 connections at a time") !=
        std::string::npos);
  CHECK(served.meter.list()->size() == 1);  // it is one file to one reader
  const auto other = served.get({{kReaderHeader, "bob"}});
  CHECK(other.status == 503);
  CHECK(value(other, kPlaceHeader) == "1");
  for (auto& answer : answers) std::get<http::FileBody>(answer.body).on_end(true);
  CHECK(served.get({{kReaderHeader, "bob"}}).status == 503);  // a peer may want more files
  CHECK(served.get(ann).status == 200);
}

TEST_CASE("uploads are counted while they last") {
  ServedContent served("a.txt", "hello");
  {
    auto answer = served.get({{"Range", "bytes=1-3"}});
    auto& body = std::get<http::FileBody>(answer.body);
    const auto running = served.meter.list();
    REQUIRE(running->size() == 1);
    CHECK(running->at(0).name == "a.txt");
    CHECK(running->at(0).size == 5);
    body.on_sent(2);
    CHECK(served.meter.list()->at(0).done == 2);
    CHECK(body.allowance(3).bytes == 3);
    body.on_end(false);
  }
  served.clock.advance(FileUploads::kSilence);
  CHECK(served.meter.list()->empty());
  CHECK(served.meter.counted().requests == 1);
  CHECK(served.meter.counted().sent == 2);
}

TEST_CASE("who comes when all upload slots are taken is told when to come back, and the place") {
  ServedContent served("a.txt", "hello");
  served.meter.set_slots(1);
  const auto first = served.get();
  REQUIRE(first.status == 200);
  served.address = "10.0.0.2";
  const auto waits = served.get({{"Range", "bytes=1-3"}});
  CHECK(waits.status == 503);
  CHECK(value(waits, "Retry-After") == "1");
  CHECK(value(waits, kPlaceHeader) == "1");
  CHECK(value(waits, "Content-Type") == "application/problem+json");
  const auto& body = std::get<std::string>(waits.body);
  CHECK_THAT(body, Catch::Matchers::Contains("\"code\":\"unavailable\"") &&
                       Catch::Matchers::Contains("\"place\":1") &&
                       Catch::Matchers::Contains("place 1 in the queue"));
  const auto listed = served.meter.list();
  REQUIRE(listed->size() == 2);
  CHECK(listed->at(0).place == 0);
  CHECK(listed->at(1).place == 1);
  CHECK(listed->at(1).address == "10.0.0.2");
  // What costs next to nothing takes no slot.
  CHECK(served.layer("16384").status != 503);
  CHECK(served.ask("/content/{cid}", {}, served.content.text(), {}, "HEAD").status == 200);
  CHECK(served.get({{"If-None-Match", served.tag}}).status == 304);
  CHECK(served.get({{"Range", "bytes=9-"}}).status == 416);
  std::get<http::FileBody>(first.body).on_end(true);
  CHECK(served.get({{"Range", "bytes=1-3"}}).status == 206);
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
