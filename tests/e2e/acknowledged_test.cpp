// An index is killed with SIGKILL at random moments while peers announce to it. Whatever it had
// acknowledged is there afterwards, nothing is there by half, its data are whole after every kill,
// and in the end the search finds what the registry lists. SWAPMEET_KILLS says how often (20).
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr unsigned kSeed = 20260102;
constexpr std::size_t kPeers = 3;
constexpr Revision kPutsInBatch = 20;

int kills() {
  const char* wanted = std::getenv("SWAPMEET_KILLS");
  return wanted ? std::atoi(wanted) : 20;
}

std::string path_of(Revision batch, Revision n) {
  return "files/" + std::to_string(batch) + "/" + std::to_string(n) + ".txt";
}

// Batch `number` of a peer, the same whenever it is made: it adds files, and takes one of the batch
// before away.
ChangeBatch batch_of(std::uint8_t peer, Revision number) {
  ChangeBatch batch{"catalogue", number - 1, number, {}};
  for (Revision n = 0; n < kPutsInBatch; ++n) {
    Change put;
    put.revision = number;
    put.listing.path = path_of(number, n);
    put.listing.size = 1;
    const auto unique = number * kPutsInBatch + n;
    put.listing.content.bytes[0] = peer;
    for (std::size_t i = 0; i < 8; ++i)
      put.listing.content.bytes[31 - i] = static_cast<std::uint8_t>(unique >> (8 * i));
    batch.changes.push_back(std::move(put));
  }
  Change gone;
  gone.kind = ChangeKind::remove;
  gone.revision = number;
  gone.listing.path = path_of(number - 1, 0);
  batch.changes.push_back(std::move(gone));
  return batch;
}

std::set<std::string> listed_after(Revision batches) {
  std::set<std::string> paths;
  for (Revision number = 1; number <= batches; ++number)
    for (Revision n = number < batches ? 1 : 0; n < kPutsInBatch; ++n)
      paths.insert(path_of(number, n));
  return paths;
}

class Announcer {
 public:
  Announcer(std::string url, std::uint8_t number)
      : client_({.url = std::move(url), .token = {}, .timeout = std::chrono::seconds(30)}),
        number_(number) {
    id_.bytes[0] = number;
    headers_.set("Swapmeet-Peer-Token", std::string(40, 't'));
  }

  bool enroll() {
    return client_.request("PUT", path(), R"({"name":"peer","port":6699})", headers_).ok();
  }
  // Goes on from where the index stands, until a call fails.
  void announce(const std::atomic<bool>& is_over) {
    auto stands = position();
    if (stands) acknowledged_ = stands->revision;
    while (stands && !is_over) {
      const auto batch = batch_of(number_, stands->revision + 1);
      const auto answer =
          client_.request("POST", path() + "/changes", wire::to_ndjson(batch), headers_);
      if (!answer) return;
      acknowledged_ = batch.upto;
      stands = wire::from_json<FeedPosition>(answer->body);
    }
  }
  Result<FeedPosition> position() {
    const auto answer = client_.request("GET", path() + "/changes", "", headers_);
    if (!answer) return answer.error();
    return wire::from_json<FeedPosition>(answer->body);
  }
  std::set<std::string> browse() {
    std::set<std::string> paths;
    std::string after;
    do {
      const auto answer =
          client_.request("GET", path() + "/files?limit=1000&after=" + wire::percent_encode(after));
      if (!answer) return {};
      const auto page = wire::from_json<Page<Listing>>(answer->body);
      for (const auto& listing : page->items) paths.insert(listing.path);
      after = page->next;
    } while (!after.empty());
    return paths;
  }
  Revision acknowledged() const { return acknowledged_; }

 private:
  std::string path() const { return "/api/v1/peers/" + id_.text(); }

  wire::Client client_;
  const std::uint8_t number_;
  PeerId id_;
  http::Headers headers_;
  std::atomic<Revision> acknowledged_ = 0;
};

// Announces from all at once and kills the index after `time`.
void announce_until_killed(Node& index, std::vector<std::unique_ptr<Announcer>>& announcers,
                           std::chrono::microseconds time) {
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  threads.reserve(announcers.size());
  for (auto& one : announcers) threads.emplace_back([&] { one->announce(is_over); });
  std::this_thread::sleep_for(time);  // the moment of the kill is what is random here
  index.signal(SIGKILL);
  is_over = true;
  for (auto& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("what an index acknowledged is there, whenever it is killed") {
  const Folder folder;
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index",
             index_ini(folder.path(), address, "10m") + "max_results = 100000\n");
  index.start();
  std::vector<std::unique_ptr<Announcer>> announcers;
  for (std::uint8_t n = 1; n <= kPeers; ++n) {
    announcers.push_back(std::make_unique<Announcer>("http://" + address, n));
    REQUIRE(announcers.back()->enroll());
  }
  std::mt19937 random(kSeed);
  for (int kill = 0; kill < kills(); ++kill) {
    INFO("kill " << kill);
    announce_until_killed(index, announcers, std::chrono::microseconds(random() % 300'000));
    const auto checked = run_program({"check", "--data", "--config", index.ini().string()});
    INFO(checked.output);
    REQUIRE(checked.code == 0);
    index.start();
    for (auto& one : announcers) {
      const auto stands = one->position();
      REQUIRE(stands.ok());
      CHECK(stands->revision >= one->acknowledged());
      CHECK(stands->revision <= one->acknowledged() + 1);  // and what it had no time to answer to
    }
  }
  std::uint64_t listed = 0;
  for (auto& one : announcers) {
    const auto expected = listed_after(one->position()->revision);
    CHECK(one->browse() == expected);
    listed += expected.size();
  }
  CHECK(listed > 0);
  CHECK(eventually([&] {
    const auto body = index.get("/api/v1/search?q=ext:txt");
    const auto page = body ? wire::from_json<SearchPage>(*body) : Result<SearchPage>(body.error());
    return page.ok() && page->total == listed;
  }));
  CHECK(index.signal(SIGTERM) == 0);
  CHECK(run_program({"check", "--data", "--config", index.ini().string()}).code == 0);
}
