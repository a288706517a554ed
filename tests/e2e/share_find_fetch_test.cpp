// The main story with real programs: an index and peers, share, find, fetch, go away, come back.
#include <signal.h>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::wire::from_json;

namespace {

swapmeet::SearchPage search(Node& node, const std::string& words) {
  auto body = node.get("/api/v1/search?q=" + words);
  if (!body) return {};
  return from_json<swapmeet::SearchPage>(*body).value_or({});
}

bool finds(Node& node, const std::string& words, unsigned sources) {
  const auto page = search(node, words);
  return page.hits.size() == 1 && page.hits[0].sources == sources;
}

struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "2s")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};
  Node cyd{folder.path(), "cyd",
           peer_ini(folder.path(), "cyd", "http://" + address, folder.path() / "cyd")};

  Network() {
    for (const char* name : {"ann", "bob", "cyd"}) fs::create_directories(folder.path() / name);
  }
  void start() {
    for (Node* node : {&index, &ann, &bob, &cyd}) node->start();
  }
};

}  // namespace

TEST_CASE("a file is shared, found and fetched from two peers, byte for byte") {
  Network net;
  const auto bytes = random_bytes(9'000'000, 7);
  write_file(net.folder.path() / "ann/Summer_Film.mkv", bytes);
  write_file(net.folder.path() / "bob/other name.mkv", bytes);
  net.start();
  REQUIRE(eventually([&] { return finds(net.cyd, "summer%20film", 2); }));
  const auto hit = search(net.cyd, "summer").hits.at(0);
  CHECK(hit.name == "Summer_Film.mkv");
  CHECK(hit.names == std::vector<std::string>{"other name.mkv"});

  const auto started =
      net.cyd.call("POST", "/api/v1/downloads",
                   R"({"content":")" + hit.content.text() + R"(","name":"film.mkv"})");
  REQUIRE(started.ok());
  const auto target = net.folder.path() / "downloads/cyd/film.mkv";
  REQUIRE(eventually([&] { return fs::exists(target); }));
  CHECK(read_file(target) == bytes);
}

TEST_CASE("the files of a peer that died are not found, and are again when it returns") {
  Network net;
  write_file(net.folder.path() / "ann/unusual.txt", "here\n");
  net.start();
  REQUIRE(eventually([&] { return finds(net.cyd, "unusual", 1); }));
  net.ann.signal(SIGKILL);
  REQUIRE(eventually([&] { return search(net.cyd, "unusual").hits.empty(); }));
  net.ann.start();
  REQUIRE(eventually([&] { return finds(net.cyd, "unusual", 1); }));
}

TEST_CASE("what changes on disk is found a moment later") {
  Network net;
  net.start();
  const auto file = net.folder.path() / "ann/deep/er/novel.txt";
  write_file(file, "words\n");
  REQUIRE(eventually([&] { return finds(net.bob, "novel", 1); }));
  fs::rename(net.folder.path() / "ann/deep", net.folder.path() / "ann/elsewhere");
  REQUIRE(eventually([&] { return search(net.bob, "novel%20path:elsewhere").hits.size() == 1; }));
  fs::remove_all(net.folder.path() / "ann/elsewhere");
  REQUIRE(eventually([&] { return search(net.bob, "novel").hits.empty(); }));
}

TEST_CASE("SIGTERM ends a host within five seconds") {
  Network net;
  net.start();
  for (Node* node : {&net.ann, &net.index}) {
    const auto before = std::chrono::steady_clock::now();
    node->signal(SIGTERM);
    CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
    CHECK(node->log().find("stopped") != std::string::npos);
  }
}

TEST_CASE("a peer's API is its owner's alone") {
  Network net;
  net.index.start();
  net.ann.start();
  swapmeet::wire::ClientOptions options;
  options.url = net.ann.url();
  options.timeout = std::chrono::seconds(5);
  swapmeet::wire::Client stranger(options);
  const auto reply = stranger.request("GET", "/api/v1/shares");
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == swapmeet::ErrorCode::unauthenticated);
  CHECK(stranger.request("GET", "/api/v1/status").ok());
}
