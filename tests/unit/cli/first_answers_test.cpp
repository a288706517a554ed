#include "host/cli/first_answers.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "catch.h"
#include "host/cli/init_text.h"
#include "host/cli/share_name.h"

using namespace swapmeet::cli;
namespace fs = std::filesystem;

namespace {

struct Asked {
  Asked() {
    fs::create_directories(home / "Music");
    fs::create_directories(home / "Documents");
    fs::create_directories(home / "other");
    std::ofstream(home / "Music/la.mp3") << "la";
  }
  ~Asked() { fs::remove_all(home); }
  std::vector<fs::path> folders(const std::string& typed) {
    std::istringstream in(typed);
    return ask_for_folders(in, out, home);
  }
  fs::path home = fs::temp_directory_path() / ("swapmeet-answers-" + std::to_string(::getpid()));
  std::ostringstream out;
};

}  // namespace

TEST_CASE("the usual folders that have something in them are offered, and others asked for") {
  Asked asked;
  CHECK(asked.folders("y\n~/other\n~/other/\n\n") ==
        std::vector<fs::path>{asked.home / "Music", asked.home / "other"});
  CHECK_THAT(asked.out.str(), Catch::Contains("Music? [y/N]"));
  CHECK_THAT(asked.out.str(), !Catch::Contains("Documents"));  // it is empty
}

TEST_CASE("what is the whole disk or not there is said and asked again") {
  Asked asked;
  CHECK(asked.folders("n\n/\n~/none\n~/other\n\n") == std::vector<fs::path>{asked.home / "other"});
  CHECK_THAT(asked.out.str(),
             Catch::Contains("is the whole disk") && Catch::Contains("is not there"));
  CHECK(asked.folders("").empty());  // the end of the input is no
}

TEST_CASE("an index is named with or without http, or made here") {
  std::ostringstream out;
  const auto answer = [&](const std::string& typed) {
    std::istringstream in(typed);
    return ask_for_index(in, out);
  };
  CHECK(answer("192.168.1.5:8888\n").url == "http://192.168.1.5:8888");
  CHECK(answer("ftp://x\nhttps://index.example:8888\n").url == "https://index.example:8888");
  CHECK(answer("\n").here);
  CHECK_FALSE(answer("").here);
}

TEST_CASE("a share is called as its folder, unlike any other, by what a key can hold") {
  std::set<std::string> taken;
  CHECK(share_name("/a/Music", taken) == "Music");
  CHECK(share_name("/b/Music/", taken) == "Music2");
  CHECK(share_name("/c/my films; [1]=x.d", taken) == "my_films___1__x_d");
  CHECK(share_name("/", taken) == "files");
}

TEST_CASE("paths are whole, without a slash at the end, and a tilde is home") {
  CHECK(whole_path("~", "/home/ann") == "/home/ann");
  CHECK(whole_path("~/Music/", "/home/ann") == "/home/ann/Music");
  CHECK(whole_path("/a/../b/", "/home/ann") == "/b");
  CHECK(whole_path("/", "/home/ann") == "/");
  CHECK(whole_path("x", "/home/ann") == fs::current_path() / "x");
}

TEST_CASE("ports that are taken are passed over, both together") {
  swapmeet::HostPort api{"127.0.0.1", 0};
  choose_ports(api, nullptr);
  CHECK(api.port == 0);
  CHECK_FALSE(default_name("index").empty());
  CHECK_FALSE(default_name("peer").empty());
}
