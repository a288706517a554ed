// Index, peers and the command line over TLS: known by their keys, and by nothing less.
#include <signal.h>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;

namespace {

const std::string kOtherKey(64, 'a');

std::string with(std::string ini, const std::string& section, const std::string& line) {
  const auto at = ini.find("[" + section + "]\n");
  return ini.insert(at + section.size() + 3, line + "\n");
}

// An index that is known by its key, and peers that ask it so.
struct Network {
  Network() {
    for (const char* name : {"ann", "bob"}) fs::create_directories(folder.path() / name);
    index.start();
    key = from_json<swapmeet::wire::StatusReport>(*index.get("/api/v1/status"))->fingerprint;
  }
  std::string secure() const { return "https://" + address + "#sha256=" + key; }
  Node peer(const std::string& name, const std::string& tls) const {
    return {folder.path(), name,
            with(peer_ini(folder.path(), name, secure(), folder.path() / name), "transfer",
                 "tls = " + tls)};
  }

  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "2s")};
  std::string key;
};

swapmeet::SearchPage search(Node& node, const std::string& words) {
  const auto body = node.get("/api/v1/search?q=" + words);
  return body ? from_json<swapmeet::SearchPage>(*body).value_or({}) : swapmeet::SearchPage{};
}

}  // namespace

TEST_CASE("a file is shared, found and fetched over TLS, from a peer that takes nothing else") {
  Network net;
  const auto bytes = random_bytes(9'000'000, 7);
  write_file(net.folder.path() / "ann/film.mkv", bytes);
  auto ann = net.peer("ann", "required");
  auto bob = net.peer("bob", "offered");
  ann.start();
  bob.start();
  REQUIRE(eventually([&] { return search(bob, "film").hits.size() == 1; }));
  const auto content = search(bob, "film").hits[0].content.text();
  const auto record =
      from_json<swapmeet::ContentRecord>(*bob.get("/api/v1/contents/" + content)).value();
  REQUIRE(record.sources.size() == 1);
  CHECK_THAT(record.sources[0].url, Catch::StartsWith("https://"));
  CHECK(record.sources[0].fingerprint.size() == 64);

  REQUIRE(bob.call("POST", "/api/v1/downloads", R"({"content":")" + content + R"("})"));
  const auto target = net.folder.path() / "downloads/bob/film.mkv";
  REQUIRE(eventually([&] { return fs::exists(target); }));
  CHECK(read_file(target) == bytes);

  auto plain = record.sources[0].url.substr(0, record.sources[0].url.find("/content"));
  plain.replace(0, 5, "http");
  swapmeet::wire::Client stranger({.url = plain, .token = ""});
  CHECK_FALSE(stranger.request("GET", "/content/" + content));
}

TEST_CASE("the command line asks a host over TLS that it knows, and sends nothing to another") {
  const Network net;
  const auto status = [&](const std::string& host) {
    return run_program({"status", "--host", host});
  };
  const auto plain = "https://" + net.address;
  CHECK(status(net.secure()).code == 0);
  const auto other = status(plain + "#sha256=" + kOtherKey);
  CHECK(other.code == 5);
  CHECK_THAT(other.output, Contains("another key than the one that is expected"));
  const auto unknown = status(plain);
  CHECK(unknown.code == 5);
  CHECK_THAT(unknown.output, Contains("swapmeet login --host"));
  for (const std::string scheme : {"ftp://", "HTTPS://", "https:/", "httpss://"})
    CHECK(status(scheme + net.address).code == 2);

  // Nobody is there to ask whether the key is right.
  const auto login = run_program({"login", "ann", "--host", plain}, "a password\n");
  CHECK(login.code == 4);
  CHECK_THAT(login.output, Contains("--host " + net.secure()));
  const auto clear =
      run_program({"login", "ann", "--host", "http://192.0.2.1:8888"}, "a password\n");
  CHECK(clear.code == 4);
  CHECK_THAT(clear.output, Contains("in clear"));
}

TEST_CASE("a peer stays who it is when its index moves, in clear on this machine and by its key") {
  for (const bool secure : {false, true}) {
    Folder folder;
    fs::create_directories(folder.path() / "ann");
    const auto listen = [] { return "127.0.0.1:" + std::to_string(free_port()); };
    const auto run = [&](const std::string& address) {
      Node index(folder.path(), "index", index_ini(folder.path(), address, "2s"));
      index.start();
      const auto key =
          from_json<swapmeet::wire::StatusReport>(*index.get("/api/v1/status"))->fingerprint;
      const auto url = secure ? "https://" + address + "#sha256=" + key : "http://" + address;
      Node ann(folder.path(), "ann", peer_ini(folder.path(), "ann", url, folder.path() / "ann"));
      ann.start();
      const bool there = eventually([&] {
        const auto peers = index.get("/api/v1/peers");
        return peers && from_json<swapmeet::Page<swapmeet::PeerRecord>>(*peers)->items.size() == 1;
      });
      INFO(ann.log());
      CHECK(there);
      CHECK_THAT(ann.log(), !Contains("belongs to somebody else"));
      ann.signal(SIGTERM);
      index.signal(SIGTERM);
    };
    run(listen());
    run(listen());
  }
}
