#include "host/http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

// A plain socket, for saying exactly what is meant.
class Client {
 public:
  explicit Client(const HostPort& to) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void say(const std::string& bytes) const {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  // Reads until `wanted` has been seen, or to the end when it is empty.
  std::string hear(const std::string& wanted = "") {
    char buffer[65536];
    while (wanted.empty() || heard_.find(wanted) == std::string::npos) {
      const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) break;
      heard_.append(buffer, static_cast<std::size_t>(n));
    }
    return std::exchange(heard_, {});
  }

 private:
  int socket_;
  std::string heard_;
};

std::string get(const std::string& path, const std::string& fields = "Connection: close\r\n") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

struct Front {
  explicit Front(ListenOptions options = {}, Hooks hooks = {}) {
    options.address = {"127.0.0.1", 0};
    listener = std::move(listen(options, std::move(hooks)).value());
    add("GET", "/hello/{name}",
        [](Request& request) { return json("hi " + request.params["name"]); });
    add("POST", "/echo", [](Request& request) { return json(request.body); }, {.max_body = 1000});
    add("GET", "/throws", [](Request&) -> Response { throw std::runtime_error("secret reason"); });
  }
  void add(const std::string& method, const std::string& pattern, Handler handler,
           const RouteOptions& options = {}) {
    routes.push_back(
        std::move(listener->add(method, pattern, std::move(handler), options).value()));
  }
  std::string ask(const std::string& bytes) const {
    Client client(listener->address());
    client.say(bytes);
    return client.hear();
  }
  std::unique_ptr<Listener> listener;
  std::vector<Registration> routes;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("requests are routed, and refused with a problem document") {
  Front front;
  CHECK(has(front.ask(get("/hello/w%20x")), "\r\n\r\nhi w x"));
  const auto missing = front.ask(get("/nothing"));
  CHECK(has(missing, "HTTP/1.1 404 "));
  CHECK(has(missing, "application/problem+json"));
  CHECK(has(front.ask("DELETE /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            "Allow: POST"));
  const auto broken = front.ask("GET / HTTP/1.1\r\n\r\n");
  CHECK(has(broken, "HTTP/1.1 400 "));
  CHECK(has(broken, "\"status\":400"));
}

TEST_CASE("what is answered without a handler keeps the connection, however much of it comes") {
  Front front;
  Client client(front.listener->address());
  const std::string host = " HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string many = "DELETE /echo" + host + "OPTIONS /echo" + host + "GET /nothing" + host;
  for (int i = 0; i < 2000; ++i) many += "OPTIONS /echo" + host;
  client.say(many + get("/hello/a"));
  const auto answers = client.hear();
  CHECK(has(answers, "HTTP/1.1 405 "));
  CHECK(has(answers, "HTTP/1.1 204 "));
  CHECK(has(answers, "HTTP/1.1 404 "));
  CHECK(has(answers, "hi a"));
  CHECK(has(front.ask(get("/hello/b")), "hi b"));
}

TEST_CASE("a handler that throws is a 500 that keeps the reason to itself") {
  const auto answer = Front().ask(get("/throws"));
  CHECK(has(answer, "HTTP/1.1 500 "));
  CHECK_FALSE(has(answer, "secret"));
}

TEST_CASE("HEAD has the length and no body") {
  const auto answer = Front().ask("HEAD /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(has(answer, "Content-Length: 4\r\n"));
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("a connection is kept, and requests may come all at once") {
  Front front;
  Client client(front.listener->address());
  client.say(get("/hello/a", "") + get("/hello/b", "") + get("/hello/c"));
  const auto answers = client.hear();
  CHECK(answers.find("hi a") < answers.find("hi b"));
  CHECK(answers.find("hi b") < answers.find("hi c"));
  CHECK(has(answers, "hi c"));
}

TEST_CASE("bodies come by length, in chunks, and after 100-continue; too large ones do not") {
  Front front;
  CHECK(has(
      front.ask(
          "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"),
      "\r\n\r\nabc"));
  CHECK(has(front.ask("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            "\r\n\r\nabc"));
  CHECK(has(front.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"),
            "HTTP/1.1 413 "));
  Client client(front.listener->address());
  client.say(
      "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nExpect: "
      "100-continue\r\n\r\n");
  CHECK(has(client.hear("100 Continue\r\n\r\n"), "100 Continue"));
  client.say("ok");
  CHECK(has(client.hear(), "\r\n\r\nok"));
}

TEST_CASE("a file leaves whole, and a shorter one than promised is noticed") {
  char name[] = "/tmp/swapmeet-http-XXXXXX";
  const int descriptor = ::mkstemp(name);
  std::string bytes(5'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 97) bytes[i] = static_cast<char>(i);
  REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  const auto file = std::make_shared<OpenFile>(descriptor);
  ::unlink(name);
  Front front;
  std::promise<bool> ended;
  front.add("GET", "/file", [&](Request&) {
    return Response{
        .status = 200, .headers = {}, .body = FileBody{file, 10, bytes.size() - 10, {}, {}}};
  });
  front.add("GET", "/short", [&](Request&) {
    return Response{.status = 200,
                    .headers = {},
                    .body = FileBody{file, 0, bytes.size() + 1, {}, [&](bool complete) {
                                       ended.set_value(complete);
                                     }}};
  });
  const auto answer = front.ask(get("/file"));
  CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == bytes.substr(10));
  const auto cut = front.ask(get("/short"));
  CHECK(cut.size() - cut.find("\r\n\r\n") - 4 == bytes.size());
  CHECK_FALSE(ended.get_future().get());
}

TEST_CASE("a stream goes on until it is closed") {
  Front front;
  std::promise<std::shared_ptr<StreamWriter>> opened;
  front.add("GET", "/stream", [&](Request&) {
    return Response{
        .status = 200, .headers = {}, .body = StreamBody{[&](std::shared_ptr<StreamWriter> writer) {
                                        opened.set_value(std::move(writer));
                                      }}};
  });
  Client client(front.listener->address());
  client.say(get("/stream"));
  const auto writer = opened.get_future().get();
  CHECK(writer->write("one\n"));
  CHECK(has(client.hear("one\n"), "one\n"));
  CHECK(writer->write("two\n"));
  writer->close();
  CHECK(client.hear() == "two\n");
  CHECK_FALSE(writer->write("three\n"));
}

TEST_CASE("slow senders, slow readers and idle clients hold up nobody") {
  Front front;
  front.add("GET", "/big", [](Request&) { return json(std::string(8'000'000, 'b')); });
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 100; ++i) {
    for (const std::string& bytes :
         {std::string("GET / HT"),
          std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na"), get("/big"),
          std::string()}) {
      crowd.push_back(std::make_unique<Client>(front.listener->address()));
      if (!bytes.empty()) crowd.back()->say(bytes);
    }
  }
  CHECK(has(front.ask(get("/hello/me")), "hi me"));
}

TEST_CASE("what takes too long is ended") {
  ListenOptions options;
  options.header_timeout = 100ms;
  options.idle_timeout = 100ms;
  Front front(options);
  Client slow(front.listener->address());
  slow.say("GET /hel");
  CHECK(has(slow.hear(), "HTTP/1.1 408 "));
  Client silent(front.listener->address());
  CHECK(silent.hear().empty());
}

TEST_CASE("connections from one address are limited") {
  ListenOptions options;
  options.max_connections_per_address = 2;
  Front front(options);
  Client one(front.listener->address());
  Client two(front.listener->address());
  one.say(get("/hello/a", ""));
  two.say(get("/hello/a", ""));
  CHECK(has(one.hear("hi a"), "hi a"));
  CHECK(has(two.hear("hi a"), "hi a"));
  CHECK(has(Client(front.listener->address()).hear(), "503"));
}

TEST_CASE("the guard comes before the handler, and a route that is gone is not found") {
  Hooks hooks;
  hooks.guard = [](Request& request) -> std::optional<Response> {
    if (request.headers.find("Authorization")) return std::nullopt;
    return problem({ErrorCode::unauthenticated, "who?", {}}, request.id);
  };
  Front front({}, std::move(hooks));
  CHECK(has(front.ask(get("/hello/a")), "401 Unauthorized"));
  const auto asking = get("/hello/a", "Authorization: x\r\nConnection: close\r\n");
  CHECK(has(front.ask(asking), "hi a"));
  front.routes.clear();
  CHECK(has(front.ask(asking), "404"));
}

TEST_CASE("a running request is answered when the front closes") {
  auto front = std::make_unique<Front>();
  std::promise<void> entered;
  std::promise<void> go_on;
  front->add("GET", "/slow", [&](Request&) {
    entered.set_value();
    go_on.get_future().wait();
    return json("finished");
  });
  Client client(front->listener->address());
  client.say(get("/slow", ""));
  entered.get_future().wait();
  std::thread closing([&] { front->listener.reset(); });
  go_on.set_value();
  CHECK(has(client.hear(), "finished"));
  closing.join();
}
