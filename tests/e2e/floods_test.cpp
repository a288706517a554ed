// Real floods from one address against a real index: what is refused, that the answer says so, and
// that who comes from another address is served all the time.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

const std::string kToken(40, 't');

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

// One request from an address of this machine; every 127.x.y.z is one.
Answer ask_from(const std::string& address, const std::string& url, const std::string& method,
                const std::string& target, const std::string& body = "") {
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &from.sin_addr);
  sockaddr_in to = from;
  ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  to.sin_port = htons(port);
  const timeval patience{60, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&from), sizeof from) == 0);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  const std::string request =
      method + ' ' + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
      "Swapmeet-Peer-Token: " + kToken + "\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < request.size();) {
    const auto n = ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    REQUIRE(n > 0);
    sent += static_cast<std::size_t>(n);
  }
  std::string text;
  char buffer[65536];
  for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::close(socket);
  const auto end = text.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  return {std::stoi(text.substr(9, 3)), text.substr(0, end), text.substr(end + 4)};
}

PeerId peer_id(unsigned number) {
  PeerId id;
  id.bytes[0] = 9;
  id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[2] = static_cast<std::uint8_t>(number);
  return id;
}

std::string path_of(unsigned number) { return "/api/v1/peers/" + peer_id(number).text(); }
const std::string kEnroll = R"({"name":"one of many","port":6699})";

std::string batch(Revision base, unsigned count, std::uint64_t size = 1) {
  ChangeBatch batch{"c", base, base + count, {}};
  for (unsigned i = 0; i < count; ++i) {
    Change put;
    put.revision = base + i + 1;
    put.listing.path = "flood " + std::to_string(put.revision);
    put.listing.content.bytes[0] = 1;
    put.listing.size = size;
    batch.changes.push_back(std::move(put));
  }
  return wire::to_ndjson(batch);
}

// How often each status came.
std::map<int, int> counts(int times, const std::function<Answer(unsigned)>& ask) {
  std::map<int, int> counts;
  for (int i = 0; i < times; ++i) ++counts[ask(static_cast<unsigned>(i)).status];
  return counts;
}

struct Flooded {
  Folder folder;
  Node index;
  explicit Flooded(const std::string& limits, const std::string& of_registry = "")
      : index(folder.path(), "index", ini(limits, of_registry)) {
    index.start();
  }
  std::string ini(const std::string& limits, const std::string& of_registry) const {
    auto text = index_ini(folder.path(), "127.0.0.1:0", "1h");
    const std::string registry = "[registry]\n";
    text.insert(text.find(registry) + registry.size(), of_registry);
    return text + "[limits]\n" + limits;
  }
  Answer ask(const std::string& address, const std::string& method, const std::string& target,
             const std::string& body = "") const {
    return ask_from(address, index.url(), method, target, body);
  }
  std::string metrics() { return index.get("/metrics").value(); }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one address floods an index with peers: a hundred are taken, and others still come in") {
  Flooded world("");
  auto came =
      counts(400, [&](unsigned i) { return world.ask("127.0.0.1", "PUT", path_of(i), kEnroll); });
  CHECK(came[200] == 100);
  CHECK(came[429] == 300);
  const auto refused = world.ask("127.0.0.1", "PUT", path_of(999), kEnroll);
  CHECK(has(refused.head, "Retry-After: "));
  CHECK(has(refused.body, "100 new peers an hour"));
  CHECK(world.ask("127.0.0.2", "PUT", path_of(999), kEnroll).status == 200);
  CHECK(world.ask("127.0.0.1", "PUT", path_of(7), kEnroll).status == 200);  // known
  CHECK(has(world.metrics(), "swapmeet_limited_new_peers_total 301"));
}

TEST_CASE("ids of one address are counted over restarts, whatever the rate") {
  Flooded world("new_peers = 0\n", "max_peers_per_owner = 20\n");
  auto came =
      counts(30, [&](unsigned i) { return world.ask("127.0.0.1", "PUT", path_of(i), kEnroll); });
  CHECK(came[200] == 20);
  world.index.signal(SIGTERM);
  world.index.start();
  CHECK(world.ask("127.0.0.1", "PUT", path_of(100), kEnroll).status == 429);
  CHECK(world.ask("127.0.0.2", "PUT", path_of(100), kEnroll).status == 200);
}

TEST_CASE(
    "one peer floods an index with listings of the largest size: no sum wraps, no more come") {
  Flooded world("", "max_listings_per_peer = 30000\nmax_bytes_per_peer = 0\n");
  REQUIRE(world.ask("127.0.0.1", "PUT", path_of(1), kEnroll).status == 200);
  for (const unsigned base : {0U, 10'000U, 20'000U})
    REQUIRE(
        world.ask("127.0.0.1", "POST", path_of(1) + "/changes", batch(base, 10'000, kLargestFile))
            .status == 200);
  const auto refused =
      world.ask("127.0.0.1", "POST", path_of(1) + "/changes", batch(30'000, 10'000, kLargestFile));
  CHECK(refused.status == 429);
  CHECK(has(refused.body, "max_listings_per_peer"));
  const auto peer = wire::from_json<PeerRecord>(world.index.get(path_of(1)).value()).value();
  CHECK(peer.files == 30'000);
  CHECK(peer.bytes >= std::uint64_t{1} << 62);
  const auto status =
      wire::from_json<wire::StatusReport>(world.index.get("/api/v1/status").value());
  CHECK(status->counts->bytes >= std::uint64_t{1} << 62);
  CHECK(status->counts->bytes < std::uint64_t{1} << 63);
  world.index.signal(SIGTERM);
  const auto checked = run_program({"check", "--data", "--config", world.index.ini().string()});
  INFO(checked.output);
  CHECK(checked.code == 0);
}

TEST_CASE("floods of watches, searches and announcements are refused, and nobody else pays") {
  Flooded world("searches = 50\nannouncements = 10\n");
  auto watches = counts(150, [&](unsigned) {
    return world.ask("127.0.0.1", "POST", "/api/v1/watches", R"({"query":"a"})");
  });
  CHECK(watches[201] == 100);
  CHECK(watches[429] == 50);
  auto searches =
      counts(200, [&](unsigned) { return world.ask("127.0.0.1", "GET", "/api/v1/search?q=a"); });
  CHECK(searches[200] >= 50);
  CHECK(searches[429] > 0);
  REQUIRE(world.ask("127.0.0.1", "PUT", path_of(1), kEnroll).status == 200);
  auto announcements = counts(100, [&](unsigned) {
    return world.ask("127.0.0.1", "POST", path_of(1) + "/changes", batch(0, 1));
  });
  CHECK(announcements[200] >= 10);
  CHECK(announcements[429] > 0);
  CHECK(world.ask("127.0.0.2", "POST", "/api/v1/watches", R"({"query":"a"})").status == 201);
  CHECK(world.ask("127.0.0.2", "GET", "/api/v1/search?q=a").status == 200);
  REQUIRE(world.ask("127.0.0.2", "PUT", path_of(2), kEnroll).status == 200);
  CHECK(world.ask("127.0.0.2", "POST", path_of(2) + "/changes", batch(0, 1)).status == 200);
  for (const char* key : {"watches", "searches", "announcements"})
    CHECK_FALSE(has(world.metrics(), "swapmeet_limited_" + std::string(key) + "_total 0"));
}

TEST_CASE("limits change while the index runs") {
  Flooded world("new_peers = 1\n", "max_listings_per_peer = 1\n");
  REQUIRE(world.ask("127.0.0.1", "PUT", path_of(1), kEnroll).status == 200);
  REQUIRE(world.ask("127.0.0.1", "PUT", path_of(2), kEnroll).status == 429);
  REQUIRE(world.ask("127.0.0.1", "POST", path_of(1) + "/changes", batch(0, 5)).status == 429);
  write_file(world.index.ini(), world.ini("new_peers = 100\n", "max_listings_per_peer = 100\n"));
  ::kill(world.index.pid(), SIGHUP);
  CHECK(
      eventually([&] { return world.ask("127.0.0.1", "PUT", path_of(2), kEnroll).status == 200; }));
  CHECK(eventually([&] {
    return world.ask("127.0.0.1", "POST", path_of(1) + "/changes", batch(0, 5)).status == 200;
  }));
}
