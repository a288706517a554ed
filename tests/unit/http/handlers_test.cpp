// What happens around a handler: guard, exceptions, and what is told afterwards.
#include "host/http/handlers.h"

#include <stdexcept>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

struct World {
  testing::ManualClock clock;
  std::vector<std::string> told;  // "status microseconds"
  std::vector<std::string> logged;
  bool admits = true;

  Handlers handlers() {
    Hooks hooks;
    hooks.guard = [this](Request& request) -> std::optional<Response> {
      if (admits) return std::nullopt;
      return problem({ErrorCode::unauthenticated, "who?", {}}, request.id);
    };
    hooks.on_request = [this](const Request&, int status, std::chrono::microseconds time) {
      told.push_back(std::to_string(status) + ' ' + std::to_string(time.count()));
    };
    hooks.log = [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
      logged.emplace_back(message);
      for (const auto& field : fields) logged.back().append(" ") += field.value;
    };
    return {hooks, clock};
  }
  static Request request() {
    Request request;
    request.path = "/x";
    request.id = "r1";
    return request;
  }
};

}  // namespace

TEST_CASE("a handler's answer is told with the time that it took") {
  World world;
  Route route(
      [&](Request&) {
        world.clock.advance(3ms);
        return json("{}", 201);
      },
      {});
  auto request = World::request();
  CHECK(world.handlers().run(request, route).status == 201);
  CHECK(world.told == std::vector<std::string>{"201 3000"});
}

TEST_CASE("who is not admitted does not reach the handler") {
  World world;
  world.admits = false;
  int called = 0;
  Route route([&](Request&) { return ++called, json("{}"); },
              {.at_once = [&](Request&) { return ++called, json("{}"); }});
  auto request = World::request();
  CHECK(world.handlers().run(request, route).status == 401);
  CHECK(world.handlers().run_at_once(request, route)->status == 401);
  CHECK(called == 0);
  CHECK(world.told.size() == 2);
}

TEST_CASE("what a handler throws is logged and becomes a 500 without the reason") {
  World world;
  Route known([](Request&) -> Response { throw std::runtime_error("secret"); }, {});
  Route unknown([](Request&) -> Response { throw 7; }, {});
  for (auto* route : {&known, &unknown}) {
    auto request = World::request();
    const auto response = world.handlers().run(request, *route);
    CHECK(response.status == 500);
    CHECK(std::get<std::string>(response.body).find("secret") == std::string::npos);
  }
  REQUIRE(world.logged.size() == 2);
  CHECK(world.logged[0] == "a handler failed /x r1 secret");
  CHECK(world.told == std::vector<std::string>{"500 0", "500 0"});
}

TEST_CASE("a route that is gone is not found") {
  World world;
  Route route([](Request&) { return json("{}"); }, {});
  route.close();
  auto request = World::request();
  CHECK(world.handlers().run(request, route).status == 404);
}

TEST_CASE("without an answer at once nothing is told, for the handler comes next") {
  World world;
  Route nothing([](Request&) { return json("{}"); },
                {.at_once = [](Request&) -> std::optional<Response> { return std::nullopt; }});
  Route throws(
      [](Request&) { return json("{}"); },
      {.at_once = [](Request&) -> std::optional<Response> { throw std::runtime_error("x"); }});
  Route answers([](Request&) { return json("{}"); },
                {.at_once = [](Request&) { return json("{}", 206); }});
  auto request = World::request();
  CHECK_FALSE(world.handlers().run_at_once(request, nothing));
  CHECK_FALSE(world.handlers().run_at_once(request, throws));
  CHECK(world.told.empty());
  CHECK(world.handlers().run_at_once(request, answers)->status == 206);
  CHECK(world.told == std::vector<std::string>{"206 0"});
}
