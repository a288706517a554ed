// Many peers announce at the same moment while others search: no request fails, every peer gets
// through, and every file is found.
#include <atomic>
#include <barrier>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr std::size_t kPeers = 20;
constexpr std::size_t kEach = 200;

PeerId peer_id(std::size_t number) {
  PeerId id;
  id.bytes[0] = 1;
  id.bytes[PeerId::kSize - 1] = static_cast<std::uint8_t>(number);
  return id;
}

// The long folder makes the body a large one, for which the host has few threads.
ChangeBatch share_of(std::size_t number) {
  ChangeBatch batch{"catalogue", 0, kEach, {}};
  for (std::size_t n = 0; n < kEach; ++n) {
    Change put;
    put.revision = n + 1;
    put.listing.path =
        std::string(200, 'f') + "/crowd peer" + std::to_string(number) + " " + std::to_string(n);
    put.listing.size = 1;
    put.listing.content.bytes[0] = static_cast<std::uint8_t>(number);
    put.listing.content.bytes[1] = static_cast<std::uint8_t>(n);
    put.listing.content.bytes[2] = 1;
    batch.changes.push_back(std::move(put));
  }
  return batch;
}

wire::ClientOptions options_for(const std::string& url) {
  return {.url = url, .token = {}, .timeout = std::chrono::minutes(2)};
}

// 201 and 200, or what went wrong.
std::string register_and_announce(const std::string& url, std::size_t number) {
  wire::Client client(options_for(url));
  http::Headers headers;
  headers.set("Swapmeet-Peer-Token", std::string(40, 't'));
  const auto target = "/api/v1/peers/" + peer_id(number).text();
  auto reply = client.request("PUT", target, R"({"name":"one of many","port":6699})", headers);
  if (reply)
    reply = client.request("POST", target + "/changes", wire::to_ndjson(share_of(number)), headers);
  return reply ? "" : reply.error().message;
}

std::uint64_t found(wire::Client& client, const std::string& words) {
  const auto reply = client.request("GET", "/api/v1/search?limit=1&q=" + words);
  if (!reply) throw std::runtime_error(reply.error().message);
  return wire::from_json<SearchPage>(reply->body).value().total;
}

void run_crowd(const std::string& search) {
  const Folder folder;
  Node index(folder.path(), "index", index_ini(folder.path(), "127.0.0.1:0", "1h", search));
  index.start();
  const auto url = index.url();

  std::vector<std::string> problems(kPeers);
  std::atomic<std::size_t> left = kPeers;
  std::string search_problem;
  std::size_t searches = 0;
  {
    std::vector<std::jthread> threads;
    std::barrier all_at_once(kPeers + 1);
    threads.emplace_back([&] {
      wire::Client client(options_for(url));
      all_at_once.arrive_and_wait();
      while (left > 0 && search_problem.empty()) {
        const auto reply = client.request("GET", "/api/v1/search?q=crowd");
        if (!reply) search_problem = reply.error().message;
        ++searches;
      }
    });
    for (std::size_t number = 0; number < kPeers; ++number)
      threads.emplace_back([&, number] {
        all_at_once.arrive_and_wait();
        problems[number] = register_and_announce(url, number);
        --left;
      });
    threads.clear();
  }
  CHECK(search_problem.empty());
  CHECK(searches > 0);
  for (const auto& problem : problems) CHECK(problem.empty());
  wire::Client client(options_for(url));
  for (std::size_t number = 0; number < kPeers; ++number)
    CHECK(eventually([&] { return found(client, "peer" + std::to_string(number)) == kEach; }));
}

}  // namespace

TEST_CASE("a crowd announces at once and searches go on in memory") { run_crowd("memory"); }
TEST_CASE("a crowd announces at once and searches go on on the disk") { run_crowd("fts"); }
