// Real hosts: an index connects only to what proved itself, and a peer that nobody reaches is told.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "catch.h"
#include "e2e/network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

// Counts who connects to it, and answers nobody.
class Victim {
 public:
  explicit Victim(const char* address) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    inet_pton(AF_INET, address, &at.sin_addr);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(socket_, 1'000) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] {
      while (true) {
        const int one = ::accept(socket_, nullptr, nullptr);
        if (one < 0) return;
        ++connections_;
        ::close(one);
      }
    });
  }
  ~Victim() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string port() const { return std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

struct World {
  Folder folder;
  Node index{folder.path(), "index", index_ini(folder.path(), "127.0.0.1:0", "6s")};

  World() { index.start(); }
  // Registers a peer that does not exist.
  Result<Enrolled> announce(int number, const std::string& address, const std::string& port) {
    wire::Client client({.url = index.url(), .token = {}});
    http::Headers headers;
    headers.set("Content-Type", "application/json");
    headers.set("Swapmeet-Peer-Token", std::string(40, 't'));
    auto id = std::to_string(100'000 + number);
    id.insert(0, 32 - id.size(), '0');
    auto reply = client.request(
        "PUT", "/api/v1/peers/" + id,
        R"({"name":"nobody","address":")" + address + R"(","port":)" + port + '}', headers);
    if (!reply) return reply.error();
    return wire::from_json<Enrolled>(reply->body);
  }
  std::string metrics() { return index.get("/metrics").value(); }
};

}  // namespace

TEST_CASE("a peer is proved by a dial-back, and its files are found only from then on") {
  World world;
  write_file(world.folder.path() / "files/a.txt", "hello");
  Node peer(
      world.folder.path(), "alice",
      peer_ini(world.folder.path(), "alice", world.index.url(), world.folder.path() / "files"));
  peer.start();
  CHECK(eventually([&] {
    const auto peers = wire::from_json<Page<PeerRecord>>(*world.index.get("/api/v1/peers"));
    return peers->items.size() == 1 && peers->items.front().dialable;
  }));
  CHECK(world.metrics().find("swapmeet_dial_backs_total 1") != std::string::npos);
}

TEST_CASE("a peer that announces where it does not listen is told, and is nobody's source") {
  World world;
  write_file(world.folder.path() / "files/a.txt", "hello");
  Node peer(
      world.folder.path(), "carol",
      peer_ini(world.folder.path(), "carol", world.index.url(), world.folder.path() / "files") +
          "announce_address = 127.0.0.9\n");
  peer.start();
  CHECK(eventually([&] {
    const auto report = wire::from_json<wire::StatusReport>(*peer.get("/api/v1/status"));
    return report->unreachable.starts_with("the index cannot reach this peer at 127.0.0.9:");
  }));
  const auto peers = wire::from_json<Page<PeerRecord>>(*world.index.get("/api/v1/peers"));
  REQUIRE(peers->items.size() == 1);
  CHECK(peers->items.front().present);
  CHECK_FALSE(peers->items.front().dialable);
  CHECK(peers->items.front().unreachable == "nobody there answers as this peer");
}

TEST_CASE("an address in the world is not dialled for somebody on this machine") {
  World world;
  const auto enrolled = world.announce(1, "8.8.8.8", "53");
  REQUIRE(enrolled.ok());
  CHECK_FALSE(enrolled->peer.dialable);
  CHECK(enrolled->peer.unreachable.starts_with("8.8.8.8 is a public address"));
  for (const auto* address : {"169.254.169.254", "10.0.0.1", "224.0.0.1", "0.0.0.0"})
    CHECK_FALSE(world.announce(2, address, "80")->peer.dialable);
  CHECK(world.metrics().find("swapmeet_dial_backs_total 0") != std::string::npos);
}

TEST_CASE("hundreds of peers at the address of a victim are a handful of connections to it") {
  World world;
  const Victim victim("127.9.9.9");
  for (int i = 0; i < 300; ++i) {
    const auto enrolled = world.announce(i % 20, "127.9.9.9", victim.port());
    if (enrolled) CHECK_FALSE(enrolled->peer.dialable);
  }
  CHECK(eventually([&] {
    return world.metrics().find("swapmeet_dial_backs_failed_total 3") != std::string::npos;
  }));
  CHECK(victim.connections() == 3);
}
