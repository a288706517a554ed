// Order, rollback, and what becomes of exceptions and of a stop that never returns.
#include <algorithm>

#include "catch.h"
#include "tests/unit/http/client.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using Lines = std::vector<std::string>;

namespace {

std::uint64_t faults(const BenchHost& host, const std::string& id) {
  for (const auto& plugin : host.manager.status())
    if (plugin.id == id) return plugin.faults;
  return 0;
}
std::string state(const BenchHost& host, const std::string& id) {
  for (const auto& plugin : host.manager.status())
    if (plugin.id == id) return plugin.state;
  return "";
}
bool logged(BenchHost& host, const std::string& line) {
  const auto lines = host.log();
  return std::count(lines.begin(), lines.end(), "extension.base " + line) > 0;
}

}  // namespace

TEST_CASE("all are configured before any starts, in order of need, and stop in reverse") {
  BenchHost host;
  REQUIRE(host.run({"dependent", "base"}).ok());
  host.manager.stop();
  host.manager.stop();
  CHECK(host.log() == Lines{"extension.base configured", "extension.dependent configured",
                            "extension.base started", "extension.dependent started",
                            "extension.dependent stopped", "extension.base stopped"});
}

TEST_CASE("an interface is found while its plugin runs") {
  BenchHost host;
  REQUIRE(host.load({"base"}).ok());
  CHECK(host.manager.find_interface("fixture.base/1") == nullptr);
  REQUIRE(host.manager.configure().ok());
  REQUIRE(host.manager.start().ok());
  CHECK(host.manager.find_interface("fixture.base/1") != nullptr);
  CHECK(host.manager.find_interface("fixture.base/2") == nullptr);
  host.manager.stop();
  CHECK(host.manager.find_interface("fixture.base/1") == nullptr);
}

TEST_CASE("an exception in create or configure is an error that names the plugin") {
  for (const std::string name : {"create", "configure"}) {
    BenchHost host;
    const auto run = host.run({"throws_in_" + name});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::internal);
    CHECK_THAT(run.error().message,
               Contains("extension.throws_in_" + name) && Contains(name + " went wrong"));
  }
}

TEST_CASE("a start that throws unwinds what had started") {
  BenchHost host;
  const auto run = host.run({"throws_in_start", "base"});
  REQUIRE_FALSE(run);
  CHECK_THAT(run.error().message,
             Contains("extension.throws_in_start") && Contains("start went wrong"));
  CHECK(faults(host, "extension.throws_in_start") == 1);
  CHECK(state(host, "extension.base") == "stopped");
  CHECK(host.log().back() == "extension.base stopped");
}

TEST_CASE("a stop that throws does not keep the others from stopping") {
  BenchHost host;
  REQUIRE(host.run({"base", "throws_in_stop"}).ok());
  host.manager.stop();
  CHECK(state(host, "extension.throws_in_stop") == "failed");
  CHECK(faults(host, "extension.throws_in_stop") == 1);
  CHECK(state(host, "extension.base") == "stopped");
}

TEST_CASE("a stop that hangs is left behind, and the others are stopped") {
  BenchHost host;
  REQUIRE(host.run({"base", "hangs_in_stop"}).ok());
  host.manager.stop();  // comes back, although the plugin never does
  CHECK(state(host, "extension.hangs_in_stop") == "failed");
  CHECK(state(host, "extension.base") == "stopped");
}

TEST_CASE("what callbacks throw is counted against the plugin and hurts nobody else") {
  BenchHost host;
  REQUIRE(host.run({"throws_in_calls"}).ok());
  const std::string id = "extension.throws_in_calls";
  host.events.publish({"exception"});
  CHECK(eventually([&] { return faults(host, id) == 1; }));
  host.events.publish({"number"});
  CHECK(eventually([&] { return faults(host, id) == 2; }));
  static_cast<void>(host.metrics.text());
  CHECK(faults(host, id) == 3);
  CHECK(host.routes.call("GET", "/api/v1/ext/throws_in_calls/wrong").status == 500);
  CHECK(faults(host, id) == 4);
}

TEST_CASE("what a plugin leaves registered is swept when it stops") {
  BenchHost host;
  REQUIRE(host.run({"throws_in_calls"}).ok());
  REQUIRE(host.routes.registered().size() == 1);
  host.manager.stop();  // the plugin still holds its registrations
  CHECK(host.routes.registered().empty());
  host.events.publish({"exception"});
  CHECK(faults(host, "extension.throws_in_calls") == 0);
  CHECK(host.metrics.text().find("wrong") == std::string::npos);
}

TEST_CASE("a plugin's own listener is counted against it, and closed when it stops") {
  BenchHost host;
  REQUIRE(host.run({"keeps_its_listener"}).ok());
  const std::string id = "extension.keeps_its_listener";
  {
    http::Client client(host.listened);
    client.say(http::get("/wrong"));
    CHECK(http::has(client.hear(), "HTTP/1.1 500 "));
  }
  CHECK(faults(host, id) == 1);
  http::Client kept(host.listened);
  kept.say("GET /wro");
  host.manager.stop();  // the plugin still holds both
  CHECK(state(host, id) == "stopped");
  CHECK(kept.hear().empty());
  CHECK_THROWS(http::Client(host.listened));
}

TEST_CASE("a listener that was closed by the sweep takes no more routes") {
  BenchHost host;
  PluginHost plugin(host.services(), "extension.x", {}, [](std::string_view) { return nullptr; });
  const auto listener = std::move(plugin.listen({.address = {"127.0.0.1", 0}}).value());
  const auto address = listener->address();
  plugin.sweep();
  const auto added = listener->add("GET", "/", [](http::Request&) { return http::json("{}"); }, {});
  CHECK_FALSE(added.ok());
  CHECK(listener->address() == address);
}

TEST_CASE("new values reach a plugin by key, at once or at the next start") {
  BenchHost host;
  REQUIRE(host.run({"base"}).ok());
  const auto reload = [&](RawSettings raw) {
    return host.manager.reconfigure({PluginChoice{Kind::extension, "base", "x.ini [extension.base]",
                                                  std::move(raw), "/", "extension.base"}});
  };
  const auto same = reload({});
  CHECK((same.changed.empty() && same.refused.empty() && same.at_restart.empty()));
  const auto both = reload({{"number", "2"}, {"pace", "5"}});
  CHECK(both.changed == Lines{"x.ini [extension.base] pace"});
  CHECK(both.at_restart == Lines{"x.ini [extension.base] number"});
  CHECK(both.refused.empty());
  CHECK(logged(host, "pace 5"));
  const auto again = reload({{"number", "2"}, {"pace", "5"}});
  CHECK(again.changed.empty());
  CHECK(again.at_restart == Lines{"x.ini [extension.base] number"});  // still not in force
  CHECK(host.manager.reconfigure({}).at_restart == Lines{"x.ini [extension.base] plugin"});
}

TEST_CASE("a section with one refused value stays wholly as it was") {
  BenchHost host;
  REQUIRE(host.run({"base"}).ok());
  const auto refused = [&](RawSettings raw) {
    const auto reload = host.manager.reconfigure({PluginChoice{
        Kind::extension, "base", "x.ini [extension.base]", std::move(raw), "/", "extension.base"}});
    CHECK((reload.changed.empty() && reload.at_restart.empty()));
    REQUIRE(reload.refused.size() == 1);
    CHECK_THAT(reload.refused[0], EndsWith("; the section stays as it was"));
    return reload.refused[0];
  };
  CHECK_THAT(refused({{"pace", "5"}, {"number", "x"}}),
             StartsWith("x.ini [extension.base] number:"));
  CHECK_THAT(refused({{"pace", "2"}, {"number", "5"}}),
             StartsWith("x.ini [extension.base] number: is more than twice pace"));
  CHECK_THAT(refused({{"pace", "8"}}), StartsWith("x.ini [extension.base] the disk is full"));
  CHECK_FALSE(logged(host, "pace 5"));
  CHECK_FALSE(logged(host, "pace 2"));
}

TEST_CASE("a hang in stop is known to the host, which must then keep what it gave") {
  BenchHost host;
  REQUIRE(host.run({"hangs_in_stop"}).ok());
  CHECK_FALSE(host.manager.left_behind());
  host.manager.stop();
  CHECK(host.manager.left_behind());
}

TEST_CASE("all plugins that cannot be loaded are told at once") {
  BenchHost host;
  const auto loaded = host.load({"wrong_magic", "base", "nowhere"});
  REQUIRE_FALSE(loaded);
  CHECK_THAT(loaded.error().message,
             Contains("extension_wrong_magic.so") && Contains("extension_nowhere.so"));
}

TEST_CASE("a registration that ends while the sweep runs is undone once") {
  BenchHost host;
  PluginHost plugin(host.services(), "extension.x", {}, [](std::string_view) { return nullptr; });
  for (int round = 0; round < 200; ++round) {
    PluginHost racing(host.services(), "extension.x", {}, [](std::string_view) { return nullptr; });
    std::vector<Registration> held;
    for (int i = 0; i < 8; ++i) held.push_back(racing.subscribe([](const Event&) {}));
    std::thread ending([&] { held.clear(); });
    racing.sweep();
    ending.join();
  }
  bool called = false;
  plugin.sweep();
  const auto late = plugin.subscribe([&](const Event&) { called = true; });
  host.events.publish({"any"});
  CHECK_FALSE(called);  // nothing may be registered after the sweep
}
