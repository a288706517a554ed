// A plugin that follows the registry (examples/plugins/extension_webhook), in an index that is
// killed with SIGKILL again and again, and a receiver that refuses now and then: no change is lost,
// none comes twice unnoticed, and none before those that it follows.
#include <signal.h>

#include <map>

#include "catch.h"
#include "examples/plugins/extension_webhook/receiver.h"
#include "network.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/json_value.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr int kRounds = 8;
const std::string kSecret = "a secret of this test";

std::string path_of(Revision batch, int n) {
  return "files/" + std::to_string(batch) + '/' + std::to_string(n);
}

// What a receiver knows that takes each delivery once.
struct Known {
  std::map<std::string, bool> paths;
  std::string feed;
  std::string last;
  Revision upto = 0;
  int doubles = 0;

  void take(const webhook::testing::Received& received) {
    if (received.answered != 204) return;
    if (std::exchange(last, received.id) == received.id) {
      ++doubles;
      return;
    }
    const auto parsed = wire::JsonValue::parse(received.body);
    REQUIRE(parsed.ok());
    const auto& batch = *parsed;
    CHECK(batch["delivery"].text() == received.id);
    if (feed.empty()) feed = batch["feed"].text();
    CHECK(batch["feed"].text() == feed);
    CHECK(batch["after"].count() == upto);  // not one is missing
    upto = batch["upto"].count();
    for (const auto& change : batch["changes"].items()) {
      const auto op = change["op"].text();
      if (op == "put") paths[change["path"].text()] = true;
      if (op == "remove") paths.erase(change["path"].text());  // perhaps never told of
    }
  }
};

struct World {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  webhook::testing::Receiver receiver{
      [](std::size_t number) { return number % 3 == 1 ? 503 : 204; }};
  Node index{
      folder.path(), "index",
      index_ini(folder.path(), address, "1h") + "[extension.webhook]\nplugin = " +
          (fs::path(std::getenv("SWAPMEET_BIN")) / "fixtures/extension_webhook.so").string() +
          "\nurl = " + receiver.url() + "\nsecret = " + kSecret +
          "\nmax_batch = 30\nbegin = start\n"};
  wire::Client client{{.url = "http://" + address, .token = {}}};
  http::Headers headers;
  std::string peer = std::string(31, '0') + "1";
  Revision batches = 0;

  World() {
    headers.set("Swapmeet-Peer-Token", std::string(40, 't'));
    headers.set("Content-Type", "application/json");
    index.start();
    REQUIRE(client.request("PUT", "/api/v1/peers/" + peer, R"({"name":"ann","port":6699})", headers)
                .ok());
  }
  // Adds ten files, and takes one of the batch before away. Known to the index when it returns.
  void announce() {
    ++batches;
    ChangeBatch batch{"catalogue", batches - 1, batches, {}};
    for (int n = 0; n < 10; ++n) {
      Change put;
      put.revision = batches;
      put.listing.path = path_of(batches, n);
      put.listing.size = 1;
      batch.changes.push_back(put);
    }
    if (batches > 1) {
      Change gone;
      gone.kind = ChangeKind::remove;
      gone.revision = batches;
      gone.listing.path = path_of(batches - 1, 0);
      batch.changes.push_back(gone);
    }
    auto as_lines = headers;
    as_lines.set("Content-Type", "application/x-ndjson");
    REQUIRE(
        client
            .request("POST", "/api/v1/peers/" + peer + "/changes", wire::to_ndjson(batch), as_lines)
            .ok());
  }
  std::map<std::string, bool> expected() const {
    std::map<std::string, bool> paths;
    for (Revision batch = 1; batch <= batches; ++batch)
      for (int n = batch < batches ? 1 : 0; n < 10; ++n) paths[path_of(batch, n)] = true;
    return paths;
  }
  Known known() {
    Known known;
    for (const auto& received : receiver.received()) known.take(received);
    return known;
  }
};

}  // namespace

TEST_CASE("a plugin that follows the registry loses nothing, however often the host is killed") {
  World world;
  for (int round = 0; round < kRounds; ++round) {
    const auto before = world.receiver.received().size();
    for (int i = 0; i < 4; ++i) world.announce();
    // At once, or when the first of it has arrived.
    if (round % 2 == 0)
      REQUIRE(eventually([&] { return world.receiver.received().size() > before; }));
    CHECK(world.index.signal(SIGKILL) == 128 + SIGKILL);
    world.index.start();
  }
  world.announce();
  CHECK(eventually([&] { return world.known().paths == world.expected(); }));
  CHECK(world.index.signal(SIGTERM) == 0);
  const auto log = world.index.log();
  CHECK(log.find("is held up and tries again") != std::string::npos);
  CHECK(log.find("extension.webhook") != std::string::npos);
}
