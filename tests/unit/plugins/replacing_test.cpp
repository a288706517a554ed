// A plugin beside another of its name: its data, its routes, and what becomes of them.
#include <fstream>

#include "catch.h"
#include "host/plugins/data_places.h"
#include "host/plugins/held_routes.h"
#include "swapmeet/testing/memory_routes.h"
#include "swapmeet/testing/temporary_folder.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using Catch::Matchers::Contains;

namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr const char* kId = "search.mine";

void fill(const std::filesystem::path& folder, const std::string& text) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "data") << text;
}
std::string read(const std::filesystem::path& folder) {
  std::string text;
  std::ifstream(folder / "data") >> text;
  return text;
}
std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder),
                                                std::filesystem::directory_iterator()));
}

PluginChoice extension(const std::string& name) {
  return {Kind::extension, name, "x.ini [extension." + name + "]", {}, "/", "extension." + name};
}

http::Handler answering(int status) {
  return [status](http::Request&) {
    http::Response response;
    response.status = status;
    return response;
  };
}

}  // namespace

TEST_CASE("data are in DATA/ID until another folder has taken its place") {
  const testing::TemporaryFolder data;
  CHECK(place_of_data(data.path, kId) == data.path / kId);
  fill(data.path / kId, "old");
  const auto fresh = fresh_place_of_data(data.path, kId);
  CHECK(fresh == data.path / "search.mine@2");
  fill(fresh, "new");
  CHECK(place_of_data(data.path, kId) == data.path / kId);
  REQUIRE(take_place_of_data(data.path, kId, fresh).ok());
  CHECK(place_of_data(data.path, kId) == fresh);
  CHECK(fresh_place_of_data(data.path, kId) == data.path / "search.mine@3");
}

TEST_CASE(
    "the next start goes on with the newest that was in place, and removes what is left over") {
  const testing::TemporaryFolder data;
  fill(data.path / kId, "old");
  fill(data.path / "search.mine@2", "current");
  fill(data.path / "search.mine@3", "never finished");
  fill(data.path / "search.other@2", "never finished");
  fill(data.path / "search.other", "other");
  REQUIRE(take_place_of_data(data.path, kId, data.path / "search.mine@2").ok());
  settle_places_of_data(data.path);
  CHECK(place_of_data(data.path, kId) == data.path / kId);
  CHECK(read(data.path / kId) == "current");
  CHECK(read(data.path / "search.other") == "other");
  CHECK(entries(data.path) == 2);
}

TEST_CASE("a start that was cut short while it put the folders in order is gone on with") {
  const testing::TemporaryFolder data;
  fill(data.path / "search.mine@2", "current");  // DATA/ID has been removed already
  REQUIRE(take_place_of_data(data.path, kId, data.path / "search.mine@2").ok());
  settle_places_of_data(data.path);
  CHECK(read(data.path / kId) == "current");
  // Renamed, but the note is still there.
  REQUIRE(take_place_of_data(data.path, kId, data.path / "search.mine@2").ok());
  settle_places_of_data(data.path);
  CHECK(read(data.path / kId) == "current");
  CHECK(entries(data.path) == 1);
}

TEST_CASE("a note that names no folder of the plugin is not believed") {
  const testing::TemporaryFolder data;
  fill(data.path / kId, "mine");
  fill(data.path / "registry", "theirs");
  for (const auto* name : {"registry", "search.mine@2/../registry", "search.mine@9", ""}) {
    std::ofstream(data.path / "search.mine.folder") << name;
    CHECK(place_of_data(data.path, kId) == data.path / kId);
  }
}

TEST_CASE("routes are held back until they are opened, and end with their registrations") {
  testing::MemoryRoutes real;
  HeldRoutes held;
  held.lead_to(std::make_unique<TheRoutes>(real));
  auto taken = real.add("GET", "/x", answering(201), {});
  auto route = held.add("GET", "/x", answering(202), {});
  REQUIRE(route.ok());
  CHECK_FALSE(held.add("GET", "/x", answering(203), {}).ok());
  CHECK(real.call("GET", "/x", {}).status == 201);
  taken->reset();
  REQUIRE(held.open().ok());
  CHECK(real.call("GET", "/x", {}).status == 202);
  auto later = held.add("GET", "/y", answering(204), {});
  CHECK(real.call("GET", "/y", {}).status == 204);
  route->reset();
  CHECK(real.registered() == std::set<std::string>{"GET /y"});
}

TEST_CASE("a route that is still taken when routes are opened is told, and the others are there") {
  testing::MemoryRoutes real;
  HeldRoutes held;
  held.lead_to(std::make_unique<TheRoutes>(real));
  const auto taken = real.add("GET", "/x", answering(201), {});
  const auto first = held.add("GET", "/x", answering(202), {});
  const auto second = held.add("GET", "/y", answering(202), {});
  CHECK_THAT(held.open().error().message, Contains("/x"));
  CHECK(real.call("GET", "/y", {}).status == 202);
}

TEST_CASE("a plugin that is started beside is found once it is in place, and the old one not") {
  BenchHost host;
  REQUIRE(host.run({"base"}).ok());
  const auto old = host.manager.in_place(Kind::extension).front();
  auto candidate = host.manager.start_beside(extension("other_base"), kPatience);
  INFO((candidate ? "" : candidate.error().message));
  REQUIRE(candidate.ok());
  const auto before = host.manager.find_interface("fixture.base/1");
  CHECK(host.manager.status().size() == 1);
  const auto provided = host.manager.provider(*candidate, "fixture.base/1").interface;
  CHECK(provided != before);
  REQUIRE(host.manager.adopt(*candidate, old).ok());
  CHECK(host.manager.find_interface("fixture.base/1") == provided);
  CHECK(host.manager.status().front().id == "extension.other_base");
  CHECK(host.manager.retire(old, true));
  CHECK_FALSE(host.manager.left_behind());
}

TEST_CASE("a plugin that fails beside another leaves nothing, and one that hangs is left behind") {
  BenchHost host;
  REQUIRE(host.run({"base"}).ok());
  const auto refused = host.manager.start_beside(extension("throws_in_configure"), kPatience);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message,
             Contains("extension.throws_in_configure") && Contains("configure went wrong"));
  const auto twice = host.manager.start_beside(extension("base"), kPatience);
  REQUIRE_FALSE(twice.ok());
  CHECK_THAT(twice.error().message, Contains("cannot run twice"));
  CHECK(entries(host.data.path) == 1);
  CHECK_FALSE(host.manager.left_behind());
  auto hangs = host.manager.start_beside(extension("hangs_in_stop"), kPatience);
  REQUIRE(hangs.ok());
  CHECK_FALSE(host.manager.retire(std::move(*hangs), true));
  CHECK(host.manager.left_behind());
}

TEST_CASE("all extensions are replaced, or none, and none whose interfaces others may hold") {
  BenchHost host;
  REQUIRE(host.run({"twice"}).ok());
  const auto old = host.manager.in_place(Kind::extension).front();
  auto replaced = host.manager.replace(Kind::extension, {extension("twice")}, kPatience);
  INFO((replaced ? "" : replaced.error().message));
  REQUIRE(replaced.ok());
  REQUIRE(replaced->size() == 1);
  CHECK(host.manager.in_place(Kind::extension) == *replaced);
  CHECK(replaced->front() != old);
  CHECK(host.log() ==
        std::vector<std::string>{"extension.twice configured", "extension.twice started",
                                 "extension.twice configured", "extension.twice started",
                                 "extension.twice stopped"});
  CHECK(entries(host.data.path) == 2);  // its folder, and the note which it is
  BenchHost other;
  REQUIRE(other.run({"twice", "base"}).ok());
  const auto before = other.manager.in_place(Kind::extension);
  const auto refused =
      other.manager.replace(Kind::extension, {extension("twice"), extension("base")}, kPatience);
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message, Contains("extension.base") && Contains("needs a restart"));
  CHECK(other.manager.in_place(Kind::extension) == before);
  CHECK(entries(other.data.path) == 2);
}
