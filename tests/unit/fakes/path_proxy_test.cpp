// The path before real sockets. It may always take longer than it should, never less.
#include "fakes/path_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "catch.h"
#include "fakes/fake_source.h"

namespace fakes {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string address_of(const FakeSource& source) {
  const auto url = source.url().substr(std::string("http://").size());
  return url.substr(0, url.find('/'));
}

std::string asking(std::size_t first, std::size_t size) {
  return "GET / HTTP/1.1\r\nRange: bytes=" + std::to_string(first) + '-' +
         std::to_string(first + size - 1) + "\r\n\r\n";
}

class Visitor {
 public:
  explicit Visitor(const PathProxy& path) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(path.port());
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  ~Visitor() { ::close(socket_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  void ask(const std::string& text) const {
    REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  void shut() const { ::shutdown(socket_, SHUT_WR); }
  // Everything until the end, or until there are so many bytes. What ended it: `error`.
  std::string read(std::size_t most = std::string::npos) {
    std::string in;
    std::string bytes(64 << 10, '\0');
    while (in.size() < most) {
      const auto n = ::recv(socket_, bytes.data(), std::min(bytes.size(), most - in.size()), 0);
      error = n < 0 ? errno : 0;
      if (n <= 0) break;
      in.append(bytes, 0, static_cast<std::size_t>(n));
    }
    return in;
  }
  // One answer, its body.
  std::string body() {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const auto next = read(1);
      REQUIRE_FALSE(next.empty());
      head += next;
    }
    const std::string field = "Content-Length: ";
    return read(std::stoul(head.substr(head.find(field) + field.size())));
  }
  int error = 0;

 private:
  int socket_;
};

struct Timer {
  steady_clock::time_point begin = steady_clock::now();
  bool at_least(std::chrono::milliseconds span) const {
    return steady_clock::now() - begin >= span;
  }
};

TEST_CASE("The first answer of a connection takes two round trips, each further one takes one") {
  const FakeSource source(noise(1000));
  const PathProxy path({.to = address_of(source), .round_trip = 40ms});
  const Timer timer;
  Visitor visitor(path);
  visitor.ask(asking(0, 1000));
  CHECK(visitor.body() == noise(1000));
  CHECK(timer.at_least(80ms));
  CHECK(path.counts().idle_round_trips >= 2);

  const Timer second;
  visitor.ask(asking(0, 10));
  CHECK(visitor.body() == noise(1000).substr(0, 10));
  CHECK(second.at_least(40ms));
  CHECK(path.counts().idle_round_trips >= 3);
}

TEST_CASE("All connections together are no faster than the path, and nothing is lost") {
  const auto bytes = noise(300'000);
  const FakeSource source(bytes);
  const PathProxy path({.to = address_of(source), .round_trip = 10ms, .rate = 3'000'000});
  const Timer timer;
  Visitor one(path);
  Visitor other(path);
  for (auto* visitor : {&one, &other}) visitor->ask(asking(0, bytes.size()));
  CHECK(one.body() == bytes);
  CHECK(other.body() == bytes);
  CHECK(timer.at_least(200ms));
}

TEST_CASE("A connection is no faster than a connection may be") {
  const auto bytes = noise(100'000);
  const FakeSource source(bytes);
  const PathProxy path({.to = address_of(source), .connection_rate = 1'000'000});
  const Timer timer;
  Visitor visitor(path);
  visitor.ask(asking(0, bytes.size()));
  CHECK(visitor.body() == bytes);
  CHECK(timer.at_least(100ms));
}

TEST_CASE("Without a rate or a round trip bytes just pass") {
  const auto bytes = noise(10'000'000);
  const FakeSource source(bytes);
  const PathProxy path({.to = address_of(source)});
  Visitor visitor(path);
  visitor.ask(asking(0, bytes.size()));
  CHECK(visitor.body() == bytes);
}

TEST_CASE("Requests, bytes and connections are counted") {
  const auto bytes = noise(5000);
  const FakeSource source(bytes);
  const PathProxy path({.to = address_of(source), .round_trip = 1ms});
  std::size_t sent = 0;
  std::size_t received = 0;
  {
    Visitor idle(path);
    Visitor visitor(path);
    std::string together;
    for (int n = 0; n < 20; ++n) together += asking(0, 5000);
    visitor.ask(together);  // all on their way at once
    visitor.shut();
    sent = together.size();
    received = visitor.read().size();
    CHECK(received > 100'000);
    const auto counts = path.counts();
    CHECK(counts.connections == 2);
    CHECK(counts.requests == 20);
    CHECK(counts.to_server == sent);
    CHECK(counts.to_client == received);
    CHECK(counts.cuts == 0);
  }
  CHECK(source.requests() == 20);
  CHECK(source.wait_until_left());  // the ends of both have come through
}

TEST_CASE("What goes by is told") {
  const FakeSource source(noise(5000));
  std::string told;
  {
    const PathProxy path({.to = address_of(source),
                          .round_trip = 20ms,
                          .cut_from = 1000,
                          .cut_to = 1000,
                          .tell = [&](std::string_view what) { (told += what) += '\n'; }});
    Visitor visitor(path);
    visitor.ask(asking(0, 5000));
    CHECK(visitor.read().size() == 1000);
  }
  CHECK_THAT(told, Catch::StartsWith("connection\nGET / HTTP/1.1\nRange: bytes=0-4999\nidle for "));
  CHECK_THAT(told, Catch::EndsWith("before byte 0\ncut\n"));
}

TEST_CASE("Connections are cut after bytes that the seed decides") {
  const FakeSource source(noise(1'000'000));
  const auto lengths = [&](std::uint32_t seed, bool by_reset) {
    const PathProxy path({.to = address_of(source),
                          .cut_from = 1000,
                          .cut_to = 900'000,
                          .seed = seed,
                          .cut_by_reset = by_reset});
    std::vector<std::size_t> sizes;
    for (std::uint64_t n = 1; n <= 5; ++n) {
      Visitor visitor(path);
      visitor.ask(asking(0, 1'000'000));
      sizes.push_back(visitor.read().size());
      CHECK(visitor.error == (by_reset ? ECONNRESET : 0));
      CHECK(sizes.back() >= 1000);
      CHECK(sizes.back() <= 900'000);
      CHECK(path.counts().cuts == n);
    }
    return sizes;
  };
  const auto first = lengths(1, true);
  CHECK(first[0] != first[1]);
  CHECK(lengths(1, false) == first);
  CHECK(lengths(2, true) != first);
}

TEST_CASE("A path that stalls brings its last byte and no further one, to nobody") {
  const FakeSource source(noise(100'000));
  const PathProxy path({.to = address_of(source), .stall_after = 50'000});
  Visitor visitor(path);
  visitor.ask(asking(0, 100'000));
  CHECK(visitor.read(50'000).size() == 50'000);
  Visitor late(path);
  late.ask(asking(0, 100'000));
  // The source has answered both, as far as it knows.
  while (path.counts().to_server < 2 * asking(0, 100'000).size()) continue;
  CHECK(path.counts().to_client == 50'000);
}

TEST_CASE("A path that lies flips a bit now and then") {
  const auto bytes = noise(100'000);
  const FakeSource source(bytes);
  const PathProxy path({.to = address_of(source), .flip_every = 30'000});
  Visitor visitor(path);
  visitor.ask(asking(0, bytes.size()));
  const auto got = visitor.body();
  REQUIRE(got.size() == bytes.size());
  int wrong = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) wrong += got[at] != bytes[at];
  CHECK(wrong == 3);
}

TEST_CASE("A server that is not there closes the connection") {
  std::string gone;
  {
    const FakeSource source("x");
    gone = address_of(source);
  }
  const PathProxy path({.to = gone});
  Visitor visitor(path);
  CHECK(visitor.read().empty());
}

TEST_CASE("A path may stand at the port of its server, at another address") {
  const FakeSource source(noise(100));
  const auto at = address_of(source);
  const PathProxy path({.listen = "127.0.0.2" + at.substr(at.find(':')), .to = "127.0.0.1:0"});
  CHECK(path.address() == "127.0.0.2" + at.substr(at.find(':')));
}

TEST_CASE("An address that cannot be listened at is said") {
  CHECK_THROWS_WITH(PathProxy({.listen = "nowhere", .to = "127.0.0.1:1"}),
                    Catch::Contains("nowhere is not ADDRESS:PORT"));
  const FakeSource source("x");
  CHECK_THROWS_WITH(PathProxy({.listen = address_of(source), .to = "127.0.0.1:1"}),
                    Catch::Contains("listen at " + address_of(source)));
}

}  // namespace
}  // namespace fakes
