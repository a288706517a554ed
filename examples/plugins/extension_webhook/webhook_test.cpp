// The plugin over the registry that Swapmeet brings, and a receiver that is not always well.
#include <swapmeet/registry.h>
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/plugin_under_test.h>

#include "delivery.h"
#include "receiver.h"

using namespace swapmeet;
using namespace std::chrono_literals;
using webhook::testing::Receiver;

namespace {

const std::string kSecret = "0123456789abcdef";
const std::string kToken(40, 't');

struct World {
  testing::PluginUnderTest registry{REGISTRY_FILE};
  Receiver receiver;
  std::unique_ptr<testing::PluginUnderTest> webhook;
  Revision announced = 0;

  explicit World(std::function<int(std::size_t)> answer = [](std::size_t) { return 204; })
      : receiver(std::move(answer)) {
    registry.start();
    REQUIRE(registry.get<Registry>().enroll({peer(), "ann", "", 6699, true, kToken}, {}).ok());
  }
  static PeerId peer() { return {{1}}; }
  void announce(std::initializer_list<std::string> paths) {
    ChangeBatch batch{"catalogue", announced, announced + paths.size(), {}};
    for (const auto& path : paths) {
      Change change;
      change.revision = ++announced;
      change.listing.path = path;
      change.listing.content.bytes[0] = 1;
      change.listing.size = 5;
      batch.changes.push_back(change);
    }
    REQUIRE(registry.get<Registry>().announce(peer(), kToken, batch).ok());
  }
  void follow(RawSettings raw = {}) {
    raw.insert(raw.end(), {{"url", receiver.url() + "/hook?a=1"}, {"secret", kSecret}});
    webhook = std::make_unique<testing::PluginUnderTest>(PLUGIN_FILE, raw);
    webhook->host().provide<Registry>(registry.get<Registry>());
    webhook->start();
  }
  void pass() { webhook->host().advance(1s); }
};

// The paths of what was put, in all deliveries that were confirmed, and "|" after each.
std::string confirmed(Receiver& receiver) {
  std::string paths;
  for (const auto& one : receiver.received()) {
    CHECK(one.signature == webhook::signature_of(one.body, kSecret));
    if (one.answered / 100 != 2) continue;
    for (auto at = one.body.find(R"("path":")"); at != one.body.npos;
         at = one.body.find(R"("path":")", at + 1))
      paths += one.body.substr(at + 8, one.body.find('"', at + 8) - at - 8) + ' ';
    paths += '|';
  }
  return paths;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the signature is HMAC-SHA-256, as RFC 4231 has it") {
  CHECK(webhook::signature_of("what do ya want for nothing?", "Jefe") ==
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(webhook::signature_of("Test Using Larger Than Block-Size Key - Hash Key First",
                              std::string(131, '\xaa')) ==
        "sha256=60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("what changes from the first start on is sent, signed, in order") {
  World world;
  world.announce({"s/before"});
  world.follow();
  CHECK(world.receiver.received().empty());
  world.announce({"s/a", "s/b"});
  world.pass();
  world.announce({"s/c"});
  REQUIRE(world.registry.get<Registry>().leave(World::peer(), kToken).ok());
  world.pass();
  CHECK(confirmed(world.receiver) == "s/a s/b |s/c |");
  const auto last = world.receiver.received().back();
  CHECK(last.target == "/hook?a=1");
  CHECK(has(last.body, "\"delivery\":\"" + last.id + '"'));
  CHECK(has(last.body, "\"op\":\"absent\",\"peer\":\"" + World::peer().text() + '"'));
  CHECK(world.webhook->host().counter_value("webhook_deliveries_total") == 2);
  CHECK(world.webhook->host().gauge_value("webhook_behind") == 0);
}

TEST_CASE("with begin = start all that is there is sent first, as a beginning") {
  World world;
  world.announce({"s/before"});
  world.follow({{"begin", "start"}});
  CHECK(confirmed(world.receiver) == "s/before |");
  CHECK(has(world.receiver.received()[0].body, "\"after\":0,"));
  CHECK(has(world.receiver.received()[0].body, "\"op\":\"present\""));
}

TEST_CASE(
    "what the receiver refuses is sent again, as the same delivery, and nothing overtakes it") {
  World world([](std::size_t number) { return number < 3 ? 503 : 200; });
  world.announce({"s/before"});
  world.follow();
  world.announce({"s/a"});
  world.pass();
  world.announce({"s/b"});
  world.pass();
  CHECK(world.webhook->host().gauge_value("webhook_behind") == 2);
  world.webhook->restart();  // it is on its way still
  world.pass();
  CHECK(confirmed(world.receiver) == "s/a |s/b |");
  const auto received = world.receiver.received();
  REQUIRE(received.size() >= 4);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(received[i].id == received[0].id);
    CHECK(received[i].body == received[0].body);
  }
  CHECK(received.back().id != received[0].id);
}

TEST_CASE("a batch is no larger than max_batch") {
  World world;
  world.follow({{"max_batch", "2"}});
  world.announce({"s/a", "s/b", "s/c", "s/d", "s/e"});
  world.pass();
  std::string paths = confirmed(world.receiver);
  std::size_t batches = 0;
  for (const char c : paths) batches += c == '|';
  CHECK(batches >= 3);
  std::erase(paths, '|');
  CHECK(paths == "s/a s/b s/c s/d s/e ");
}

TEST_CASE("another registry is told as a beginning, also when nothing is in it") {
  World world;
  world.follow();
  world.announce({"s/a"});
  world.pass();
  testing::PluginUnderTest other(REGISTRY_FILE);
  other.start();
  world.webhook->stop();
  world.webhook->host().provide<Registry>(other.get<Registry>());
  REQUIRE(other.get<Registry>().enroll({{{2}}, "bob", "", 6699, true, kToken}, {}).ok());
  world.webhook->start();
  const auto last = world.receiver.received().back();
  CHECK(has(last.body, "\"after\":0,"));
  CHECK(has(last.body, "\"name\":\"bob\""));
}

TEST_CASE("a receiver that is not there loses nothing, and a secret that is too short is refused") {
  World world;
  world.follow({{"begin", "start"}, {"timeout", "1s"}});
  world.webhook->stop();
  world.announce({"s/while it was stopped"});
  world.webhook->start();
  CHECK(confirmed(world.receiver) == "|s/while it was stopped |");
  World other;
  testing::PluginUnderTest refused(PLUGIN_FILE,
                                   {{"url", other.receiver.url()}, {"secret", "short"}});
  refused.host().provide<Registry>(other.registry.get<Registry>());
  CHECK_THROWS_WITH(refused.start(), Catch::Matchers::Contains("less than 16 characters"));
}
