// The extension in a fake host: what it registers can be called, and the test turns the clock.
#include <swapmeet/testing/catch.h>
#include <swapmeet/testing/plugin_under_test.h>

using namespace swapmeet;
using Catch::Matchers::Contains;

namespace {

std::string greeting(testing::PluginUnderTest& plugin) {
  const auto answer = plugin.host().memory_routes().call("GET", "/api/v1/ext/sample/greeting");
  CHECK(answer.status == 200);
  return testing::body_of(answer);
}

}  // namespace

TEST_CASE("extension.sample greets, and counts who was greeted") {
  testing::PluginUnderTest plugin(PLUGIN_FILE, {{"greeting", "Ahoy"}});
  plugin.start();
  CHECK_THAT(greeting(plugin), Contains("Ahoy, guest"));
  CHECK_THAT(greeting(plugin), Contains("\"events\":0"));
  CHECK(plugin.host().counter_value("sample_greetings") == 2);
}

TEST_CASE("extension.sample counts what happens on the host") {
  testing::PluginUnderTest plugin(PLUGIN_FILE);
  plugin.start();
  plugin.host().publish({.topic = "peer.joined"});
  CHECK_THAT(greeting(plugin), Contains("\"events\":1"));
}

TEST_CASE("extension.sample leaves nothing registered") {
  testing::PluginUnderTest plugin(PLUGIN_FILE);
  plugin.start();
  plugin.stop();
  CHECK(plugin.host().memory_routes().registered().empty());
  plugin.host().advance(std::chrono::minutes(5));
}
