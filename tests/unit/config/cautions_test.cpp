#include "host/config/cautions.h"

#include <unistd.h>

#include <filesystem>

#include "catch.h"

using namespace swapmeet;

namespace {

Config peer(const std::string& index, const std::string& more = "") {
  auto ini = parse_ini("[host]\nname = x\ndata = d\n[registry]\nplugin = remote\nindex = " + index +
                           "\n[search]\nplugin = remote\n[transfer]\nplugin = swarm\n" +
                           "download_folder = d\n" + more,
                       "/x/peer.ini");
  REQUIRE(ini.ok());
  auto config = read_config(std::move(*ini), {});
  REQUIRE(config.ok());
  return std::move(*config);
}

}  // namespace

TEST_CASE("a peer that listens for its own machine only, with an index elsewhere, is warned of") {
  CHECK_THAT(caution_of_listening(peer("http://10.77.0.1:8888")),
             Catch::Contains("swapmeet set transfer.listen 0.0.0.0:6699"));
  CHECK_THAT(caution_of_listening(peer("https://index.example:8888", "listen = [::1]:7000\n")),
             Catch::Contains("[::1]:7000"));
  CHECK(caution_of_listening(peer("http://127.0.0.1:8888")).empty());
  CHECK(caution_of_listening(peer("http://localhost:8888")).empty());
  CHECK(caution_of_listening(peer("http://10.77.0.1:8888", "listen = 0.0.0.0:6699\n")).empty());
  // Somebody forwards a port to it.
  CHECK(caution_of_listening(peer("http://10.77.0.1:8888", "announce_address = me.example\n"))
            .empty());
}

TEST_CASE("shares that are the whole disk, absent, the same or within one another are warned of") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("swapmeet-cautions-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "music/new");
  const auto of = [](const NamedFolders& shares) {
    std::string all;
    for (const auto& one : cautions_of_shares(shares)) all += one + '\n';
    return all;
  };
  CHECK(of({{"music", folder / "music"}}).empty());
  CHECK_THAT(of({{"all", "/"}}), Catch::Contains("'all' is the whole disk"));
  CHECK_THAT(of({{"x", folder / "none"}}), Catch::Contains("is not there"));
  CHECK_THAT(of({{"a", folder / "music"}, {"b", folder / "music/"}}),
             Catch::Contains("'b' is the same folder as 'a'"));
  CHECK_THAT(of({{"a", folder / "music"}, {"b", folder / "music/new"}}),
             Catch::Contains("'b' lies within 'a'"));
  CHECK_THAT(of({{"b", folder / "music/new"}, {"a", folder / "music"}}),
             Catch::Contains("'a' holds 'b'"));
  std::filesystem::create_directory_symlink("music", folder / "link");
  CHECK_THAT(of({{"a", folder / "music"}, {"b", folder / "link"}}),
             Catch::Contains("the same folder"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("what stands in the environment goes before the file, and errors say so") {
  auto ini = parse_ini("[host]\nname = x\ndata = d\n", "/x/peer.ini");
  const auto config = read_config(*ini, {{"host.name=y", "SWAPMEET_HOST_NAME"}, {"host.name=z"}});
  CHECK(config.value().host.text("name") == "z");
  const auto wrong = read_config(*ini, {{"host.log_level=loud", "SWAPMEET_HOST_LOG_LEVEL"}});
  CHECK_THAT(wrong.error().message, Catch::Contains("SWAPMEET_HOST_LOG_LEVEL"));
}
