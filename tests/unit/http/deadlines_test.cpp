// Handlers that do not come back: who asked is answered all the same, and so are all others.
#include <atomic>
#include <future>

#include "catch.h"
#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

// A front with a route of search.hung that waits until it is let go.
struct HungFront {
  explicit HungFront(std::size_t workers = 2, Hooks hooks = {}) {
    hooks.workers = workers;
    hooks.call_deadline = [] { return std::chrono::milliseconds(10s); };
    hooks.log = [this](LogLevel, std::string_view message, auto) {
      const std::lock_guard lock(mutex);
      logged.emplace_back(message);
    };
    listener =
        std::move(listen_shared({.address = {"127.0.0.1", 0}}, clock, std::move(hooks)).value());
    const auto hung = listener->routes_of("search.hung");
    const auto wait = [this](Request& request) {
      ++inside;
      open.wait();
      was_cancelled = request.deadline.is_cancelled();
      return json("late");
    };
    add(*hung, "GET", "/hung", wait);
    add(*hung, "POST", "/hung", wait);
    add(*listener, "POST", "/slow", wait);
    add(*listener, "GET", "/own", [](Request&) { return json("well"); });
    add(*listener->routes_of("registry.well"), "GET", "/other",
        [](Request&) { return json("well"); });
  }
  ~HungFront() { let_go(); }
  void let_go() {
    if (!std::exchange(gone, true)) go_on.set_value();
  }
  void add(Routes& to, const std::string& method, const std::string& path, Handler handler,
           const RouteOptions& options = {}) {
    routes.push_back(std::move(to.add(method, path, std::move(handler), options).value()));
  }
  void await_inside(int count) const {
    while (inside < count) std::this_thread::yield();
  }
  std::string ask(const std::string& path) const {
    Client client(listener->address());
    client.say(get(path));
    return client.hear();
  }
  testing::ManualClock clock;
  std::mutex mutex;
  std::vector<std::string> logged;
  std::promise<void> go_on;
  std::shared_future<void> open = go_on.get_future().share();
  bool gone = false;
  std::atomic<int> inside{0};
  std::atomic<bool> was_cancelled{false};
  std::unique_ptr<SharedListener> listener;
  std::vector<Registration> routes;
};

const std::string kPost = "POST /hung HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";

}  // namespace

TEST_CASE("a request whose handler does not come back is a 504 that names the plugin") {
  HungFront front;
  Client client(front.listener->address());
  client.say(get("/hung", ""));
  front.await_inside(1);
  front.clock.advance(10'001ms);
  const auto late = client.hear("request\"");
  CHECK(has(late, "HTTP/1.1 504 "));
  CHECK(has(late, "search.hung has not answered in time"));
  CHECK(has(late, "\"code\":\"timed_out\""));
  front.let_go();  // what it says now, nobody hears
  client.say(get("/own", ""));
  const auto next = client.hear("well");
  CHECK(has(next, "HTTP/1.1 200 "));
  CHECK_FALSE(has(next, "late"));
  while (!front.was_cancelled) std::this_thread::yield();
}

TEST_CASE("while all calls of one plugin hang, the host and the other plugins answer") {
  HungFront front;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(front.listener->address()));
    clients.back()->say(get("/hung", ""));
  }
  front.await_inside(2);
  CHECK(has(front.ask("/own"), "well"));
  CHECK(has(front.ask("/other"), "well"));
  CHECK(front.inside == 2);
  front.clock.advance(10'001ms);
  int timed_out = 0;
  int busy = 0;
  for (auto& client : clients) {
    const auto answer = client->hear("request\"");
    timed_out += has(answer, "HTTP/1.1 504 ") ? 1 : 0;
    if (!has(answer, "HTTP/1.1 503 ")) continue;
    CHECK(has(answer, "search.hung has too much to do"));
    CHECK(has(answer, "Retry-After: "));
    ++busy;
  }
  CHECK(timed_out + busy == 20);
  CHECK(timed_out >= 2);
  CHECK(has(front.ask("/other"), "well"));
}

TEST_CASE("who changes something is waited for ten times as long, and the host's own for ever") {
  HungFront front;
  Client changing(front.listener->address());
  changing.say(kPost);
  front.await_inside(1);
  Client own(front.listener->address());
  own.say("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
  front.await_inside(2);
  front.clock.advance(99s);
  CHECK(has(front.ask("/own"), "well"));
  front.clock.advance(2s);
  CHECK(has(changing.hear("request\""), "HTTP/1.1 504 "));
  front.clock.advance(24h);
  front.let_go();
  CHECK(has(own.hear("late"), "HTTP/1.1 200 "));
}

TEST_CASE("a deadline reaches the handler") {
  HungFront front;
  Instant at{};
  front.add(*front.listener, "GET", "/deadline", [&](Request& request) {
    at = request.deadline.at();
    return json("{}");
  });
  const auto now = front.clock.steady();
  CHECK(has(front.ask("/deadline"), "HTTP/1.1 200 "));
  CHECK(at - now == 10s);
}

TEST_CASE("the plugin that a thread is in is named, and not the one that it was to reach") {
  static std::atomic<const char*> inside{nullptr};
  Hooks hooks;
  hooks.inside = [] { return &inside; };
  HungFront front(2, hooks);
  inside = "auth.hung";
  Client client(front.listener->address());
  client.say(get("/hung", ""));
  front.await_inside(1);
  front.clock.advance(11s);
  CHECK(has(client.hear("request\""), "auth.hung has not answered in time"));
}

TEST_CASE("a quick handler that is not goes to the workers from then on, and the log says so") {
  HungFront front;
  std::thread::id first;
  std::thread::id second;
  front.add(*front.listener->routes_of("extension.slow"), "GET", "/quick",
            [&](Request&) {
              if (first == std::thread::id()) {
                first = std::this_thread::get_id();
                front.clock.advance(600ms);  // that is how long it takes
              } else {
                second = std::this_thread::get_id();
              }
              return json("{}");
            },
            {.quick = true});
  CHECK(has(front.ask("/quick"), "HTTP/1.1 200 "));
  CHECK(has(front.ask("/quick"), "HTTP/1.1 200 "));
  CHECK(first != second);
  const std::lock_guard lock(front.mutex);
  CHECK(std::count_if(front.logged.begin(), front.logged.end(), [](const auto& line) {
          return line.starts_with("a handler kept all connections waiting");
        }) == 1);
}

TEST_CASE("before the host is ready every path says so, known or not") {
  std::atomic<bool> ready{false};
  Hooks hooks;
  hooks.not_yet = [&](const Request& request) -> std::optional<Response> {
    if (ready) return std::nullopt;
    return problem(unavailable("starting"), request.id);
  };
  HungFront front(2, hooks);
  CHECK(has(front.ask("/own"), "HTTP/1.1 503 "));
  CHECK(has(front.ask("/nothing"), "HTTP/1.1 503 "));
  Client posts(front.listener->address());
  posts.say(kPost);
  CHECK(has(posts.hear(), "HTTP/1.1 503 "));  // and closes: the body is not read
  ready = true;
  CHECK(has(front.ask("/own"), "HTTP/1.1 200 "));
  CHECK(has(front.ask("/nothing"), "HTTP/1.1 404 "));
}

TEST_CASE("a route that is taken names both sides") {
  HungFront front;
  const auto own = front.listener->routes_of("search.mine")->add("GET", "/own", [](Request&) {
    return json("");
  });
  CHECK(own.error().code == ErrorCode::already_exists);
  CHECK(own.error().message ==
        "the route GET /own is taken by the host; search.mine cannot have it as well");
  const auto other = front.listener->routes_of("search.mine")->add("GET", "/hung", [](Request&) {
    return json("");
  });
  CHECK(has(other.error().message, "is taken by search.hung; search.mine cannot"));
}
