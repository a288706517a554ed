// Answers that leave at the pace that their owner allows.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

// What is served and what went of it: a base, because it must outlive the front.
struct Served {
  explicit Served(std::size_t size) : bytes(size, 'x') {}
  std::uint64_t sent_so_far() {
    const std::lock_guard lock(mutex);
    return sent;
  }
  // The last portion may have arrived before its owner is told.
  std::uint64_t sent_at_the_end(std::size_t answers = 1) {
    std::unique_lock lock(mutex);
    told.wait_for(lock, 30s, [&] { return sent >= answers * bytes.size(); });
    return sent;
  }

  std::string bytes;
  std::shared_ptr<const OpenFile> file;
  std::mutex mutex;  // guards below
  std::condition_variable told;
  std::string order;
  std::uint64_t sent = 0;
};

// Serves /file/{name}; `allowance` is asked before each portion.
struct PacedBench : Served, FrontBench {
  using Ask = std::function<Allowance(const std::string& name, std::uint64_t wanted)>;

  explicit PacedBench(std::size_t size, Ask allowance, ListenOptions options = {})
      : Served(size), FrontBench(std::move(options)) {
    char name[] = "/tmp/swapmeet-pace-XXXXXX";
    const int descriptor = ::mkstemp(name);
    for (std::size_t i = 0; i < bytes.size(); i += 89) bytes[i] = static_cast<char>(i);
    REQUIRE(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    ::unlink(name);
    file = std::make_shared<OpenFile>(descriptor);
    add("GET", "/file/{name}", [this, ask = std::move(allowance)](Request& request) {
      FileBody body{file, 0, bytes.size(), {}, {}, {}};
      const auto who = request.params["name"];
      body.allowance = [ask, who](std::uint64_t wanted) { return ask(who, wanted); };
      body.on_sent = [this, who](std::uint64_t count) {
        const std::lock_guard lock(mutex);
        order.append(who);
        sent += count;
        told.notify_all();
      };
      return Response{.status = 200, .headers = {}, .body = std::move(body)};
    });
  }
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("no portion is larger than was allowed, and all of them arrive") {
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> granted{0};
  PacedBench front(300'000, [&](const std::string&, std::uint64_t wanted) {
    if (++asked % 3 == 0) return Allowance{0, 1ms};
    const auto bytes = std::min<std::uint64_t>(wanted, 10'000);
    granted += bytes;
    return Allowance{bytes, 0ms};
  });
  CHECK(body_of(front.ask(get("/file/a"))) == front.bytes);
  CHECK(front.sent_at_the_end() == front.bytes.size());
  CHECK(granted >= front.bytes.size());  // what the socket did not take was not said to be sent
  CHECK(asked >= 30);
}

TEST_CASE("who may not send now keeps the place, is not cut off, and holds up nobody") {
  std::atomic<bool> open{false};
  std::atomic<int> asked{0};
  ListenOptions options;
  options.send_timeout = 50ms;  // far less than what follows
  PacedBench front(
      100'000,
      [&](const std::string&, std::uint64_t wanted) {
        ++asked;
        return open ? Allowance{wanted, 0ms} : Allowance{0, 5ms};
      },
      options);
  Client waiting(front.address());
  waiting.say(get("/file/a"));
  // It is asked again and again; more than a send_timeout and a sweep pass.
  while (asked < 100) CHECK(has(front.ask(get("/hello/b")), "hi b"));
  CHECK(front.sent_so_far() == 0);
  open = true;
  CHECK(body_of(waiting.hear()) == front.bytes);
}

TEST_CASE("those who share what is allowed take turns") {
  std::atomic<std::uint64_t> left{0};
  std::atomic<int> readers{0};
  PacedBench front(64'000, [&](const std::string& who, std::uint64_t) {
    if (who == "a" || who == "b") readers |= who == "a" ? 1 : 2;
    if (readers != 3) return Allowance{0, 1ms};
    // A quantum for whoever asks first, about once a millisecond.
    if (left == 0) {
      left = 1;
      return Allowance{0, 1ms};
    }
    left = 0;
    return Allowance{1'000, 0ms};
  });
  Client a(front.address());
  Client b(front.address());
  a.say(get("/file/a"));
  b.say(get("/file/b"));
  CHECK(body_of(a.hear()) == front.bytes);
  CHECK(body_of(b.hear()) == front.bytes);
  CHECK(front.sent_at_the_end(2) == 2 * front.bytes.size());
  const std::lock_guard lock(front.mutex);
  // While both were there, neither had the line to itself.
  CHECK(front.order.find("aaaaaaaa") > front.order.find_last_of('b'));
  CHECK(front.order.find("bbbbbbbb") > front.order.find_last_of('a'));
}

TEST_CASE("who leaves while waiting for a turn is forgotten") {
  std::atomic<int> asked{0};
  PacedBench front(1'000, [&](const std::string&, std::uint64_t) {
    ++asked;
    return Allowance{0, 1ms};
  });
  {
    Client client(front.address());
    client.say(get("/file/a"));
    while (asked < 3) CHECK(has(front.ask(get("/hello/b")), "hi b"));
  }
  CHECK(has(front.ask(get("/hello/c")), "hi c"));
}
