// Which route a method and a path lead to, and how a route ends.
#include "host/http/router.h"

#include <future>
#include <thread>

#include "catch.h"

using namespace swapmeet;
using namespace swapmeet::http;

namespace {

struct World {
  Router router;
  std::vector<Registration> routes;

  void add(const std::string& method, const std::string& pattern) {
    auto added = router.add(method, pattern, [pattern](Request&) { return json(pattern); });
    REQUIRE(added.ok());
    routes.push_back(std::move(*added));
  }
  // The pattern whose handler answers; empty: none.
  std::string found(const std::string& method, const std::string& path) const {
    const auto match = router.find(method, path);
    if (!match.route) return "";
    Request request;
    return std::get<std::string>(match.route->run(request)->body);
  }
};

}  // namespace

TEST_CASE("literal segments win over a parameter, and that over the rest, whatever came first") {
  World world;
  world.add("GET", "/a/{rest...}");
  world.add("GET", "/a/{name}");
  world.add("GET", "/a/b");
  world.add("GET", "/{first}/b");
  CHECK(world.found("GET", "/a/b") == "/a/b");
  CHECK(world.found("GET", "/a/c") == "/a/{name}");
  CHECK(world.found("GET", "/a/c/d") == "/a/{rest...}");
  CHECK(world.found("GET", "/z/b") == "/{first}/b");
  CHECK(world.found("GET", "/z").empty());
  CHECK(world.found("GET", "/a").empty());
}

TEST_CASE("parameters are decoded, and a slash that was escaped stays in its segment") {
  World world;
  world.add("GET", "/f/{id}/{path...}");
  const auto match = world.router.find("GET", "/f/a%2Fb/c/d%20e");
  REQUIRE(match.route);
  CHECK(match.params.at("id") == "a/b");
  CHECK(match.params.at("path") == "c/d e");
  CHECK_FALSE(world.router.find("GET", "/f//x").route);  // a segment that is empty is no name
}

TEST_CASE("HEAD finds what GET has; of another method the path's own are told") {
  World world;
  world.add("GET", "/a");
  world.add("PUT", "/a");
  CHECK(world.found("HEAD", "/a") == "/a");
  const auto match = world.router.find("DELETE", "/a");
  CHECK_FALSE(match.route);
  CHECK(match.allowed == std::vector<std::string>{"GET", "PUT"});
  CHECK(world.router.find("DELETE", "/b").allowed.empty());
}

TEST_CASE("a pattern is registered once for a method, and begins with a slash") {
  World world;
  world.add("GET", "/a");
  const auto handler = [](Request&) { return json("{}"); };
  CHECK(world.router.add("GET", "/a", handler).error().code == ErrorCode::already_exists);
  CHECK(world.router.add("GET", "a", handler).error().code == ErrorCode::invalid_argument);
  CHECK(world.router.add("POST", "/a", handler).ok());
  world.routes.clear();
  CHECK(world.router.add("GET", "/a", handler).ok());
}

TEST_CASE("a registration that goes waits for the call that is running, and lets none begin") {
  Router router;
  std::promise<void> entered;
  std::promise<void> go_on;
  auto added = router.add("GET", "/slow", [&](Request&) {
    entered.set_value();
    go_on.get_future().wait();
    return json("{}");
  });
  const auto route = router.find("GET", "/slow").route;
  std::thread running([&] {
    Request request;
    CHECK(route->run(request).has_value());
  });
  entered.get_future().wait();
  std::promise<void> gone;
  auto is_gone = gone.get_future();
  std::thread ending([&] {
    added->reset();
    gone.set_value();
  });
  while (router.find("GET", "/slow").route) std::this_thread::yield();
  CHECK(is_gone.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  go_on.set_value();
  running.join();
  ending.join();
  Request request;
  CHECK_FALSE(route->run(request));
}

TEST_CASE("a registration may outlive its router") {
  Registration kept;
  {
    Router router;
    kept = std::move(*router.add("GET", "/a", [](Request&) { return json("{}"); }));
  }
  kept.reset();
}

TEST_CASE("what is tried at once is asked for by itself") {
  Router router;
  const auto added =
      router.add("GET", "/a", [](Request&) { return json("later"); },
                 {.at_once = [](Request&) -> std::optional<Response> { return json("at once"); }});
  REQUIRE(added.ok());
  const auto route = router.find("GET", "/a").route;
  Request request;
  CHECK(route->is_tried_at_once());
  CHECK(std::get<std::string>(route->run_at_once(request)->body) == "at once");
  CHECK(std::get<std::string>(route->run(request)->body) == "later");
  Route plain([](Request&) { return json("{}"); }, {});
  CHECK_FALSE(plain.run_at_once(request));
}
