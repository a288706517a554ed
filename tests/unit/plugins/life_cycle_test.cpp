// Order, rollback, and what becomes of exceptions and of a stop that never returns.
#include <algorithm>

#include "catch.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

std::uint64_t failures(const BenchHost& host, const std::string& id) {
  for (const auto& plugin : host.manager.status())
    if (plugin.id == id) return plugin.failures;
  return 0;
}
std::string state(const BenchHost& host, const std::string& id) {
  for (const auto& plugin : host.manager.status())
    if (plugin.id == id) return plugin.state;
  return "";
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
  CHECK(failures(host, "extension.throws_in_start") == 1);
  CHECK(state(host, "extension.base") == "stopped");
  CHECK(host.log().back() == "extension.base stopped");
}

TEST_CASE("a stop that throws does not keep the others from stopping") {
  BenchHost host;
  REQUIRE(host.run({"base", "throws_in_stop"}).ok());
  host.manager.stop();
  CHECK(state(host, "extension.throws_in_stop") == "failed");
  CHECK(failures(host, "extension.throws_in_stop") == 1);
  CHECK(state(host, "extension.base") == "stopped");
}

TEST_CASE("a stop that hangs is left behind within its three seconds") {
  BenchHost host;
  REQUIRE(host.run({"base", "hangs_in_stop"}).ok());
  const auto begun = std::chrono::steady_clock::now();
  host.manager.stop();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
  CHECK(state(host, "extension.hangs_in_stop") == "failed");
  CHECK(state(host, "extension.base") == "stopped");
}

TEST_CASE("what callbacks throw is counted against the plugin and hurts nobody else") {
  BenchHost host;
  REQUIRE(host.run({"throws_in_calls"}).ok());
  const std::string id = "extension.throws_in_calls";
  host.events.publish({"exception", "{}"});
  CHECK(failures(host, id) == 1);
  host.events.publish({"number", "{}"});
  CHECK(failures(host, id) == 2);
  static_cast<void>(host.metrics.text());
  CHECK(failures(host, id) == 3);
  CHECK_THROWS(host.routes.call("GET", "/wrong"));
  CHECK(failures(host, id) == 4);
}

TEST_CASE("what a plugin leaves registered is swept when it stops") {
  BenchHost host;
  REQUIRE(host.run({"throws_in_calls"}).ok());
  REQUIRE(host.routes.registered().size() == 1);
  host.manager.stop();  // the plugin still holds its registrations
  CHECK(host.routes.registered().empty());
  host.events.publish({"exception", "{}"});
  CHECK(failures(host, "extension.throws_in_calls") == 0);
  CHECK(host.metrics.text().find("wrong") == std::string::npos);
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
  host.events.publish({"any", "{}"});
  CHECK_FALSE(called);  // nothing may be registered after the sweep
}

TEST_CASE("a task may end its own registration") {
  Scheduler scheduler(1);
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  Registration registration;
  {
    const std::lock_guard lock(mutex);
    registration = scheduler.every(std::chrono::milliseconds(1), [&] {
      const std::lock_guard inside(mutex);
      registration.reset();
      done = true;
      changed.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  CHECK(changed.wait_for(lock, std::chrono::seconds(10), [&] { return done; }));
}
