// One GET to a stranger: what is not short, in time or HTTP is an error and not waited for.
#include "swapmeet/wire/short_call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::wire;
using namespace std::chrono_literals;

namespace {

// Listens on a free port of 127.0.0.1 and does with the first connection what it is told.
class Stranger {
 public:
  explicit Stranger(std::function<void(int socket)> behave)
      : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listening_, 8) == 0);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, behave = std::move(behave)] {
      const int socket = ::accept(listening_, nullptr, nullptr);
      if (socket < 0) return;
      behave(socket);
      ::close(socket);
    });
  }
  ~Stranger() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  ShortCall call() const { return {*NetworkAddress::parse("127.0.0.1"), port_, "/proof", {}}; }

 private:
  const int listening_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string read_request(int socket) {
  std::string text;
  char portion[512];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const auto came = ::recv(socket, portion, sizeof portion, 0);
    if (came <= 0) break;
    text.append(portion, static_cast<std::size_t>(came));
  }
  return text;
}

// Reads the request, answers that, and waits until the other end hangs up.
std::function<void(int)> answering(std::string answer) {
  return [answer = std::move(answer)](int socket) {
    read_request(socket);
    ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    char rest = 0;
    while (::recv(socket, &rest, 1, 0) > 0) {
    }
  };
}

ErrorCode outcome(const std::string& answer) {
  testing::ManualClock clock;
  const Stranger stranger(answering(answer));
  const auto reply = call_shortly(stranger.call(), clock);
  REQUIRE_FALSE(reply.ok());
  return reply.error().code;
}

}  // namespace

TEST_CASE("a short answer is taken, without waiting for the end of the connection") {
  testing::ManualClock clock;
  const Stranger stranger(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  const auto reply = call_shortly(stranger.call(), clock);
  REQUIRE(reply.ok());
  CHECK(reply->status == 200);
  CHECK(reply->body == "ok");
}

TEST_CASE("a redirect is an answer like others, and followed nowhere") {
  testing::ManualClock clock;
  const Stranger stranger(answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  const auto reply = call_shortly(stranger.call(), clock);
  REQUIRE(reply.ok());
  CHECK(reply->status == 302);
}

TEST_CASE("an answer that is too long, endless or no HTTP is not read to its end") {
  CHECK(outcome("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n") == ErrorCode::too_large);
  CHECK(outcome("HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'x')) == ErrorCode::too_large);
  CHECK(outcome("HTTP/1.1 200 OK\r\nX: " + std::string(5'000, 'x')) == ErrorCode::too_large);
  CHECK(outcome("SSH-2.0-OpenSSH_9.2\r\n") == ErrorCode::corrupt);
  CHECK(outcome("HTTP/1.1 two hundred\r\n\r\n") == ErrorCode::corrupt);
  CHECK(outcome("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") == ErrorCode::corrupt);
  CHECK(outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n") ==
        ErrorCode::unsupported);
}

TEST_CASE("who hangs up half way has not answered") {
  testing::ManualClock clock;
  const Stranger stranger([](int socket) {
    read_request(socket);
    constexpr std::string_view kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    ::send(socket, kHalf.data(), kHalf.size(), MSG_NOSIGNAL);
  });
  const auto reply = call_shortly(stranger.call(), clock);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::unavailable);
}

TEST_CASE("one deadline holds for a whole call, however often a byte comes") {
  testing::ManualClock clock;
  const Stranger stranger([&](int socket) {
    read_request(socket);
    // A byte a second, by the clock of the caller, for as long as anybody listens.
    std::string head = "HTTP/1.1 200 OK\r\nX: ";
    for (int second = 0; second < 1'000'000; ++second) {
      const char next =
          second < static_cast<int>(head.size()) ? head[static_cast<std::size_t>(second)] : 'x';
      if (::send(socket, &next, 1, MSG_NOSIGNAL) <= 0) break;
      clock.advance(1s);
    }
  });
  auto call = stranger.call();
  call.most = 10'000'000;
  const auto reply = call_shortly(call, clock);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::timed_out);
}

TEST_CASE("a port where nobody listens says so") {
  testing::ManualClock clock;
  ShortCall call;
  {
    const Stranger gone([](int) {});
    call = gone.call();
    REQUIRE_FALSE(call_shortly(call, clock).ok());
  }
  const auto reply = call_shortly(call, clock);
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().message == "Connection refused");
}
