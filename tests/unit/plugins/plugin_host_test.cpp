// What a plugin may register, and what becomes of what it answers.
#include "host/plugins/plugin_host.h"

#include <future>

#include "catch.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct World {
  BenchHost bench;
  PluginHost plugin{
      bench.services(), "extension.mine", {}, [](std::string_view) { return nullptr; }};
  std::vector<Registration> kept;

  Gate::Health health() { return plugin.gate().health(); }
  // What a route of the plugin's answers, when its handler answers this.
  http::Response answered(std::function<http::Response()> answer) {
    auto route =
        plugin.routes().add("GET", "/api/v1/ext/mine/x",
                            [answer = std::move(answer)](http::Request&) { return answer(); });
    REQUIRE(route.ok());
    return bench.routes.call("GET", "/api/v1/ext/mine/x");
  }
};

}  // namespace

TEST_CASE("a plugin's routes are below its own path, and no other") {
  World world;
  const auto well = [](http::Request&) { return http::json("{}"); };
  for (const auto* path : {"/api/v1/search", "/healthz", "/", "/api/v1/ext/other/x",
                           "/api/v1/ext/mineral", "/api/v1/ext/{name}/x"}) {
    const auto added = world.plugin.routes().add("GET", path, well);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ErrorCode::not_allowed);
    CHECK_THAT(added.error().message, Contains("extension.mine may not add the route GET ") &&
                                          Contains(path) && Contains("/api/v1/ext/mine/"));
  }
  for (const auto* path : {"/api/v1/ext/mine", "/api/v1/ext/mine/{id}/x"})
    CHECK(world.plugin.routes().add("GET", path, well).ok());
  CHECK(world.health().faults == 0);
}

TEST_CASE("an answer that the front could not send is the plugin's fault, and a 500") {
  World world;
  std::vector<http::Response> wrong(6);
  wrong[0].status = 0;
  wrong[1].status = 101;
  wrong[2].headers.set("Content-Length", "7");
  wrong[3].headers.set("transfer-encoding", "chunked");
  wrong[4].headers.set("X: y\r\nZ", "1");
  wrong[5].body = http::FileBody{};
  for (const auto& response : wrong) {
    const auto before = world.health().faults;
    const auto answer = world.answered([&] { return response; });
    CHECK(answer.status == 500);
    CHECK(world.health().faults == before + 1);
  }
  CHECK(world.answered([] { return http::json("{}"); }).status == 200);
}

TEST_CASE("what an answer calls while it is sent may throw, and nobody else hears of it") {
  World world;
  const auto boom = [](auto...) { throw std::runtime_error("boom"); };
  const auto answer = world.answered([&] {
    http::FileBody file;
    file.file = std::make_shared<http::OpenFile>(-1);
    file.on_sent = boom;
    file.on_end = boom;
    file.allowance = [](std::uint64_t) -> http::Allowance { throw std::runtime_error("boom"); };
    http::Response response;
    response.body = std::move(file);
    return response;
  });
  const auto& file = std::get<http::FileBody>(answer.body);
  file.on_sent(1);
  file.on_end(true);
  CHECK(file.allowance(5).bytes == 5);
  CHECK(world.health().faults == 3);
  const auto stream = world.answered([&] {
    http::Response response;
    response.body = http::StreamBody{.opened = boom};
    return response;
  });
  std::get<http::StreamBody>(stream.body).opened({});
  CHECK(world.health().faults == 4);
}

TEST_CASE("a task that hangs keeps only its own plugin's tasks waiting, and is overdue") {
  World world;
  PluginHost other(world.bench.services(), "extension.other", {},
                   [](std::string_view) { return nullptr; });
  std::promise<void> entered;
  std::promise<void> go_on;
  const auto hanging = world.plugin.every(1s, [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    entered.set_value();
    go_on.get_future().wait();
  });
  world.bench.clock.await_waiters(1);
  world.bench.clock.advance(1s);
  entered.get_future().wait();
  std::promise<void> ran;
  const auto task = other.every(1s, [&, first = true]() mutable {
    if (std::exchange(first, false)) ran.set_value();
  });
  world.bench.clock.await_waiters(1);
  world.bench.clock.advance(1s);
  ran.get_future().wait();
  world.bench.clock.advance(9s);
  CHECK(world.health().overdue == 1);
  CHECK(other.gate().health().overdue == 0);
  go_on.set_value();
}

TEST_CASE("a metric with a bad name is the plugin's fault and shown to nobody") {
  World world;
  world.plugin.counter("bad name!", "X.")->add();
  const auto gauge = world.plugin.gauge("also bad", "X.", [] { return 1.0; });
  CHECK(world.health().faults == 2);
  CHECK_THAT(world.health().reason, Contains("'also bad' is no name by Prometheus' rules"));
  CHECK(world.bench.metrics.text().empty());
}
