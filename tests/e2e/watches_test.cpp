// Saved searches of real hosts: they outlive the process, on an index and on a peer.
#include <signal.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/event_stream.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using namespace swapmeet;

namespace {

std::string token_of(const Node& node) { return read_file(node.data() / "api.token"); }

// Listens to a watch until the test ends.
class Listener {
 public:
  Listener(const Node& node, const std::string& watch) {
    auto token = token_of(node);
    token.resize(token.find_last_not_of(" \n") + 1);
    stream_ = std::make_unique<wire::EventStream>(node.url(), token);
    thread_ = std::thread([this, target = "/api/v1/events?watch=" + watch] {
      (void)stream_->follow(target, [this](const std::string& topic, const std::string& data) {
        const auto match = wire::from_json<Match>(data);
        const std::lock_guard lock(mutex_);
        if (topic == "match" && match) names_.push_back(match->name);
      });
    });
  }
  ~Listener() {
    stream_->end();
    thread_.join();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  bool has_heard(const std::string& name) {
    return eventually(
        [&] {
          const std::lock_guard lock(mutex_);
          return std::find(names_.begin(), names_.end(), name) != names_.end();
        },
        std::chrono::seconds(3));
  }

 private:
  std::unique_ptr<wire::EventStream> stream_;
  std::mutex mutex_;
  std::vector<std::string> names_;
  std::thread thread_;
};

struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "5s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};

  Network() {
    add_file("first song");
    index.start();
    ann.start();
    REQUIRE(eventually([&] {
      const auto page = index.get("/api/v1/search?q=song");
      return page.ok() && page->find("first song") != std::string::npos;
    }));
  }
  void add_file(const std::string& name) {
    write_file(folder.path() / "ann" / (name + ".txt"), name);
  }
  // Files appear until it hears of one: it may have to wait until it is listened to and watched
  // for.
  bool tells(Listener& listener) {
    for (int i = 0; i < 20; ++i) {
      const auto name = "song " + std::to_string(i);
      add_file(name);
      if (listener.has_heard(name + ".txt")) return true;
    }
    return false;
  }
  static std::string save(Node& node, const std::string& query) {
    const auto made =
        node.call("POST", "/api/v1/watches", wire::to_json(wire::WatchOrder{query, {}}));
    REQUIRE(made.ok());
    return wire::from_json<wire::WatchRecord>(*made)->id;
  }
};

}  // namespace

TEST_CASE("a saved search outlives the index, and one that was ended does not") {
  Network net;
  const auto kept = Network::save(net.index, "song");
  const auto ended = Network::save(net.index, "song");
  REQUIRE(net.index.call("DELETE", "/api/v1/watches/" + ended).ok());
  const auto copy = net.folder.path() / "copy";
  REQUIRE(run_program({"backup", copy.string(), "--config", net.index.ini().string()}).code == 0);
  net.index.signal(SIGKILL);
  for (const auto& data : {net.index.data(), copy}) {
    const auto checked = run_program({"check", "--data", "--config", net.index.ini().string(),
                                      "--set", "host.data=" + data.string()});
    INFO(checked.output);
    CHECK(checked.code == 0);
    CHECK_THAT(checked.output, Contains("host: watches.db: 1 saved searches"));
  }

  net.index.start();
  Listener listener(net.index, kept);
  CHECK(net.tells(listener));
  CHECK(net.index.get("/api/v1/events?watch=" + ended).error().code == ErrorCode::not_found);
}

TEST_CASE("a saved search outlives the peer's host, also while its index is away") {
  Network net;
  Node bob(net.folder.path(), "bob",
           peer_ini(net.folder.path(), "bob", "http://" + net.address, net.folder.path() / "bob"));
  bob.start();
  const auto kept = Network::save(bob, "song");
  CHECK(bob.signal(SIGTERM) == 0);
  CHECK(net.index.signal(SIGTERM) == 0);
  bob.start();
  Listener listener(bob, kept);
  net.index.start();
  CHECK(net.tells(listener));
}
