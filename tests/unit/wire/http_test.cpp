// The client and the event stream against a host of a few lines, which answers what it is told.
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "swapmeet/wire/client.h"
#include "swapmeet/wire/event_stream.h"

using namespace swapmeet;
using Catch::Matchers::Contains;
namespace net = Poco::Net;

namespace {

std::string answer(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// For each connection the answers to its requests; after the last it is closed.
class CannedHost {
 public:
  using Answers = std::vector<std::string>;
  explicit CannedHost(std::deque<Answers> connections)
      : connections_(std::move(connections)), thread_([this] { serve(); }) {}
  ~CannedHost() { thread_.join(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (; !connections_.empty(); connections_.pop_front()) {
      auto socket = listening_.acceptConnection();
      for (const auto& bytes : connections_.front()) {
        std::string request;
        char portion[1024];
        while (request.find("\r\n\r\n") == std::string::npos)
          if (const int size = socket.receiveBytes(portion, sizeof portion); size > 0)
            request.append(portion, static_cast<std::size_t>(size));
          else
            break;
        {
          const std::lock_guard lock(mutex_);
          requests_.push_back(request.substr(0, request.find("\r\n")));
        }
        socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
      }
    }
  }

  std::deque<Answers> connections_;
  net::ServerSocket listening_{net::SocketAddress("127.0.0.1", 0)};
  const unsigned port_ = listening_.address().port();
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

wire::ClientOptions options_for(const std::string& url) {
  return {.url = url, .token = {}, .timeout = std::chrono::seconds(30)};
}

}  // namespace

TEST_CASE("a client keeps its connection from one request to the next") {
  const CannedHost host({{answer("one"), answer("two")}});
  wire::Client client(options_for(host.url()));
  CHECK(client.request("GET", "/a")->body == "one");
  CHECK(client.request("GET", "/b")->body == "two");
  CHECK(host.requests() == std::vector<std::string>{"GET /a HTTP/1.1", "GET /b HTTP/1.1"});
}

TEST_CASE("a request on a connection that was closed meanwhile is sent again on another") {
  const CannedHost host({{answer("one")}, {answer("two")}});
  wire::Client client(options_for(host.url()));
  CHECK(client.request("GET", "/a")->body == "one");
  const auto second = client.request("GET", "/b");
  REQUIRE(second.ok());
  CHECK(second->body == "two");
}

TEST_CASE("a problem document comes back as the error that it was") {
  const CannedHost host(
      {{answer(R"({"code":"conflict","detail":"it moved on"})", "409 Conflict")}});
  wire::Client client(options_for(host.url()));
  const auto reply = client.request("GET", "/a");
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::conflict);
  CHECK(reply.error().message == "it moved on");
}

TEST_CASE("what another service answers keeps its status and its body") {
  const CannedHost host({{answer("wrong password", "401 Unauthorized")}});
  wire::Client client(options_for(host.url()));
  const auto reply = client.exchange("POST", "/login", "{}");
  REQUIRE(reply);
  CHECK(reply->status == 401);
  CHECK(reply->body == "wrong password");
}

TEST_CASE("a host that is not there, or is no host, is an error that names it") {
  std::string gone;
  {
    const net::ServerSocket socket(net::SocketAddress("127.0.0.1", 0));
    gone = "http://127.0.0.1:" + std::to_string(socket.address().port());
  }
  wire::Client client(options_for(gone));
  const auto reply = client.request("GET", "/a");
  REQUIRE_FALSE(reply.ok());
  CHECK(reply.error().code == ErrorCode::unavailable);
  CHECK_THAT(reply.error().message, Contains(gone));
}

TEST_CASE("events are followed until the host ends them") {
  const CannedHost host(
      {{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        "event: peer\ndata: {\"a\":\ndata: 1}\n\n: heartbeat\n\ndata: x\n\n"}});
  std::vector<std::string> heard;
  wire::EventStream stream(host.url(), "token");
  const auto ended = stream.follow(
      "/events", [&](const auto& topic, const auto& data) { heard.push_back(topic + ' ' + data); });
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().code == ErrorCode::unavailable);
  CHECK(heard == std::vector<std::string>{"peer {\"a\":\n1}", "message x"});
}

TEST_CASE("events that are refused say why; a stream that was ended before follows nothing") {
  const std::string refusal = answer(R"({"code":"not_allowed","detail":"no"})", "403 Forbidden");
  const CannedHost host({{refusal}, {}});
  wire::EventStream refused(host.url(), "");
  CHECK(refused.follow("/events", [](auto&, auto&) {}).error().code == ErrorCode::not_allowed);
  wire::EventStream ended(host.url(), "");
  ended.end();
  CHECK(ended.follow("/events", [](auto&, auto&) {}).ok());
}
