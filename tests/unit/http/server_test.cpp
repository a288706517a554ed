#include "host/http/server.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include "catch.h"
#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

TEST_CASE("requests are routed, and refused with a problem document") {
  FrontBench front;
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
  FrontBench front;
  Client client(front.address());
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
  const auto answer = FrontBench().ask(get("/throws"));
  CHECK(has(answer, "HTTP/1.1 500 "));
  CHECK_FALSE(has(answer, "secret"));
}

TEST_CASE("HEAD has the length and no body") {
  const auto answer =
      FrontBench().ask("HEAD /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(has(answer, "Content-Length: 4\r\n"));
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("a connection is kept, and requests may come all at once") {
  FrontBench front;
  Client client(front.address());
  client.say(get("/hello/a", "") + get("/hello/b", "") + get("/hello/c"));
  const auto answers = client.hear();
  CHECK(answers.find("hi a") < answers.find("hi b"));
  CHECK(answers.find("hi b") < answers.find("hi c"));
  CHECK(has(answers, "hi c"));
}

TEST_CASE("bodies come by length, in chunks, and after 100-continue; too large ones do not") {
  FrontBench front;
  CHECK(has(
      front.ask(
          "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"),
      "\r\n\r\nabc"));
  CHECK(has(front.ask("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            "\r\n\r\nabc"));
  CHECK(has(front.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"),
            "HTTP/1.1 413 "));
  Client client(front.address());
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
  FrontBench front;
  std::promise<bool> ended;
  front.add("GET", "/file", [&](Request&) {
    return Response{
        .status = 200, .headers = {}, .body = FileBody{file, 10, bytes.size() - 10, {}, {}, {}}};
  });
  front.add("GET", "/short", [&](Request&) {
    return Response{
        .status = 200,
        .headers = {},
        .body = FileBody{
            file, 0, bytes.size() + 1, {}, [&](bool complete) { ended.set_value(complete); }, {}}};
  });
  const auto answer = front.ask(get("/file"));
  CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == bytes.substr(10));
  const auto cut = front.ask(get("/short"));
  CHECK(cut.size() - cut.find("\r\n\r\n") - 4 == bytes.size());
  CHECK_FALSE(ended.get_future().get());
}

namespace {
// A front with a stream at /stream, whose writer the test gets.
struct StreamBench : FrontBench {
  std::promise<std::shared_ptr<StreamWriter>> opened;
  StreamBench() {
    add("GET", "/stream", [this](Request&) {
      return Response{.status = 200,
                      .headers = {},
                      .body = StreamBody{[this](std::shared_ptr<StreamWriter> writer) {
                        opened.set_value(std::move(writer));
                      }}};
    });
  }
};
}  // namespace

TEST_CASE("a stream goes on in chunks until it is closed, and the connection is kept") {
  StreamBench front;
  Client client(front.address());
  client.say(get("/stream", ""));
  const auto writer = front.opened.get_future().get();
  CHECK(writer->write("one\n"));
  const auto first = client.hear("4\r\none\n\r\n");
  CHECK(has(first, "Transfer-Encoding: chunked\r\n"));
  CHECK_FALSE(has(first, "Connection: close"));
  CHECK(writer->write("two\n"));
  writer->close();
  CHECK(client.hear("0\r\n\r\n") == "4\r\ntwo\n\r\n0\r\n\r\n");
  CHECK_FALSE(writer->write("three\n"));
  client.say(get("/hello/again"));
  CHECK(has(client.hear(), "hi again"));
}

TEST_CASE("to a client of HTTP/1.0 a stream ends with the connection") {
  StreamBench front;
  Client client(front.address());
  client.say("GET /stream HTTP/1.0\r\n\r\n");
  const auto writer = front.opened.get_future().get();
  writer->write("one\n");
  writer->close();
  const auto answer = client.hear();
  CHECK(answer.ends_with("\r\n\r\none\n"));
  CHECK_FALSE(has(answer, "chunked"));
}

TEST_CASE("a stream that is cut off does not end as if it were whole") {
  StreamBench front;
  Client client(front.address(), 4096);
  client.say(get("/stream", ""));
  const auto writer = front.opened.get_future().get();
  const std::string lump(1 << 19, 's');
  while (writer->write(lump)) continue;
  CHECK_FALSE(client.hear().ends_with("0\r\n\r\n"));
}

TEST_CASE("a follower that goes away is noticed without writing to it") {
  StreamBench front;
  auto client = std::make_unique<Client>(front.address());
  client->say(get("/stream", ""));
  const auto writer = front.opened.get_future().get();
  writer->write("one\n");
  client->hear("one\n");
  client.reset();
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (writer->write("") && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK_FALSE(writer->write(""));
}

TEST_CASE("slow senders, slow readers and idle clients hold up nobody") {
  FrontBench front;
  front.add("GET", "/big", [](Request&) { return json(std::string(1'000'000, 'b')); });
  std::vector<std::unique_ptr<Client>> crowd;
  for (int i = 0; i < 100; ++i) {
    for (const std::string& bytes :
         {std::string("GET / HT"),
          std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na"), get("/big"),
          std::string()}) {
      crowd.push_back(std::make_unique<Client>(front.address(), 4096));
      if (!bytes.empty()) crowd.back()->say(bytes);
    }
  }
  CHECK(has(front.ask(get("/hello/me")), "hi me"));
}

TEST_CASE("the guard comes before the handler, and a route that is gone is not found") {
  Hooks hooks;
  hooks.guard = [](Request& request) -> std::optional<Response> {
    if (request.headers.find("Authorization")) return std::nullopt;
    return problem({ErrorCode::unauthenticated, "who?", {}}, request.id);
  };
  FrontBench front({}, std::move(hooks));
  CHECK(has(front.ask(get("/hello/a")), "401 Unauthorized"));
  const auto asking = get("/hello/a", "Authorization: x\r\nConnection: close\r\n");
  CHECK(has(front.ask(asking), "hi a"));
  front.routes.clear();
  CHECK(has(front.ask(asking), "404"));
}

TEST_CASE("a running request is answered when the front closes") {
  auto front = std::make_unique<FrontBench>();
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
