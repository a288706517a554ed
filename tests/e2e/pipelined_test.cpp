// Many requests on their way to a real peer over one connection, and several connections of one
// reader.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using swapmeet::wire::from_json;

namespace {

constexpr int kFiles = 300;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
};

// A plain connection to the peer, as `reader`.
class Line {
 public:
  Line(std::uint16_t port, std::string reader)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), reader_(std::move(reader)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Line() { ::close(socket_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  std::string request(const std::string& content) const {
    return "GET /content/" + content + " HTTP/1.1\r\nHost: x\r\nSwapmeet-Peer: " + reader_ +
           "\r\n\r\n";
  }
  void say(const std::string& text) const {
    for (std::size_t at = 0; at < text.size();) {
      const auto n = ::send(socket_, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }
  // Only the head, unless `whole`.
  Answer hear(bool whole = true) {
    Answer answer;
    auto end = std::string::npos;
    while ((end = heard_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return answer;
    answer.head = heard_.substr(0, end + 4);
    heard_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    const std::string length = "Content-Length: ";
    const auto size = std::stoul(answer.head.substr(answer.head.find(length) + length.size()));
    while (whole && heard_.size() < size)
      if (!more()) return answer;
    answer.body = heard_.substr(0, size);
    heard_.erase(0, size);
    return answer;
  }
  Answer ask(const std::string& content, bool whole = true) {
    say(request(content));
    return hear(whole);
  }

 private:
  bool more() {
    char buffer[65536];
    const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n > 0) heard_.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  const int socket_;
  const std::string reader_;
  std::string heard_;
};

// A peer that shares a folder of small files and one that takes a while.
struct Sharing {
  explicit Sharing(const std::string& keys = "")
      : ann(folder.path(), "ann",
            peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann") + keys) {
    for (int i = 0; i < kFiles; ++i) {
      files.push_back(random_bytes(2'000, static_cast<unsigned>(i)));
      write_file(folder.path() / "ann/small" / (name(i) + ".bin"), files.back());
    }
    write_file(folder.path() / "ann/large.bin", random_bytes(30'000'000, 1'000));
    index.start();
    ann.start();
    REQUIRE(eventually([&] { return find(); }));
  }

  static std::string name(int number) { return "file" + std::to_string(1'000 + number); }
  bool find() {
    const auto peers = index.get("/api/v1/peers");
    const auto page =
        peers ? from_json<swapmeet::Page<swapmeet::PeerRecord>>(*peers) : peers.error();
    if (!page || page->items.size() != 1) return false;
    port = page->items[0].port;
    contents.clear();
    large.clear();
    const auto body = index.get("/api/v1/peers/" + page->items[0].id.text() + "/files?limit=1000");
    const auto listed = body ? from_json<swapmeet::Page<swapmeet::Listing>>(*body) : body.error();
    if (!listed) return false;
    for (const auto& one : listed->items)
      (one.path.ends_with("large.bin") ? large = one.content.text()
                                       : contents.emplace_back(one.content.text()));
    return contents.size() == kFiles && !large.empty();
  }

  Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  // The index asks the peer nothing: what is counted there is what was asked here.
  Node index{folder.path(), "index", undialled(index_ini(folder.path(), address, "10s"))};
  Node ann;
  std::vector<std::string> files;
  std::vector<std::string> contents;
  std::string large;
  std::uint16_t port = 0;
};

}  // namespace

TEST_CASE("a folder of small files comes over one connection, however many are asked for at once") {
  Sharing s;
  Line line(s.port, "bob");
  std::string all;
  for (const auto& content : s.contents) all += line.request(content);
  std::thread asking([&] { line.say(all); });
  int right = 0;
  for (const auto& bytes : s.files) right += line.hear().body == bytes ? 1 : 0;
  asking.join();
  CHECK(right == kFiles);
  // Not one more was counted for being prepared.
  const auto metrics = s.ann.get("/metrics");
  REQUIRE(metrics.ok());
  INFO(*metrics);
  CHECK(metrics->find("http_requests_total{code=\"2xx\",listener=\"public\"} 300\n") !=
        std::string::npos);
}

TEST_CASE("all connections of a reader share its slot, and it may have only so many") {
  Sharing s("upload_slots = 1\nconnections_per_reader = 2\n");
  Line other(s.port, "eve");
  {
    Line first(s.port, "bob");
    const auto began = first.ask(s.large, false);
    CHECK(began.status == 200);
    CHECK_THAT(began.head, Catch::Matchers::Contains("Swapmeet-Connections: 2\r\n"));
    Line second(s.port, "bob");
    CHECK(second.ask(s.contents[0]).body == s.files[0]);
    CHECK(second.ask(s.contents[1]).body == s.files[1]);
    const auto waits = other.ask(s.contents[0]);
    CHECK(waits.status == 503);
    CHECK_THAT(waits.head, Catch::Matchers::Contains("Swapmeet-Queue-Place: 1\r\n"));
    CHECK(second.ask(s.large, false).status == 200);
    Line third(s.port, "bob");
    const auto refused = third.ask(s.contents[2]);
    CHECK(refused.status == 429);
    CHECK_THAT(refused.head, Catch::Matchers::Contains("Swapmeet-Connections: 2\r\n") &&
                                 Catch::Matchers::Contains("Retry-After: 1\r\n"));
    CHECK(other.ask(s.contents[0]).status == 503);
  }
  CHECK(eventually([&] { return other.ask(s.contents[0]).status == 200; }));
  CHECK(other.ask(s.contents[1]).body == s.files[1]);
}
