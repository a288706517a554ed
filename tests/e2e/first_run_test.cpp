// The first day of a person with an installed program: up, stop, logs, and a second peer on the
// same machine.
#include <csignal>
#include <cstdlib>

#include "catch.h"
#include "network.h"

using namespace e2e;
using Catch::Matchers::Contains;

namespace {

// A home of its own; what still runs from it is stopped at the end.
struct Home {
  Home() {
    ::setenv("HOME", path().c_str(), 1);
    for (const char* name :
         {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "SWAPMEET_HOST", "SWAPMEET_TOKEN"})
      ::unsetenv(name);
    write_file(path() / "Music/la.mp3", "la la la\n");
  }
  ~Home() {
    run_program({"stop"});
    run_program({"stop", "-c", second()});
  }
  fs::path path() const { return folder.path() / "home"; }
  fs::path config() const { return path() / ".config/swapmeet"; }
  std::string second() const { return (folder.path() / "bob/peer.ini").string(); }
  Folder folder;
};

std::string line_with(const std::string& text, const std::string& beginning) {
  const auto at = text.find(beginning);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST_CASE("one command on each side leads from nothing to a file that is fetched") {
  const Home home;
  const auto first = run_program(
      {"up", "--index-here", "--listen", "127.0.0.1", "--share", (home.path() / "Music").string()});
  INFO(first.output);
  REQUIRE(first.code == 0);
  CHECK_THAT(first.output, Contains("others     on this machine fetch from it at 127.0.0.1:"));
  CHECK_THAT(first.output, Contains("shares     1 folder"));
  const auto join = line_with(first.output, "http://127.0.0.1:");
  const auto index = join.substr(0, join.find('\''));
  // The ports of the first are taken.
  const auto second =
      run_program({"up", "--config", home.second(), "--index", index, "--name", "bob"});
  INFO(second.output);
  REQUIRE(second.code == 0);
  CHECK(eventually([&] { return run_program({"search", "la", "-c", home.second()}).code == 0; }));
  const auto got = run_program({"get", "la.mp3", "-c", home.second()});
  CHECK_THAT(got.output, Contains("is verified and complete"));
  CHECK(read_file(home.folder.path() / "bob/downloads/la.mp3") == "la la la\n");
  CHECK_THAT(read_file(home.second()), Contains("name = bob"));
}

TEST_CASE("up once more says that it runs, and starts what has stopped as it was") {
  const Home home;
  REQUIRE(run_program({"up", "--index-here", "--listen", "127.0.0.1"}).code == 0);
  const auto before = read_file(home.config() / "peer.ini");
  CHECK_THAT(before, Contains("@"));  // user@machine
  CHECK_THAT(run_program({"up"}).output, Contains("It runs already."));
  const auto more = run_program({"up", "--share", (home.path() / "Music").string()});
  CHECK_THAT(more.output, Contains("shares     1 folder"));
  CHECK_THAT(run_program({"logs", "-n", "50"}).output, Contains("host ready"));
  const auto stopped = run_program({"stop"});
  CHECK_THAT(stopped.output, Contains("peer.ini has stopped") && Contains("index.ini has stopped"));
  CHECK(run_program({"status"}).code == 5);
  CHECK_THAT(run_program({"stop"}).output, Contains("Nothing runs"));
  CHECK(run_program({"up"}).code == 0);
  CHECK(run_program({"status"}).code == 0);
  CHECK(read_file(home.config() / "peer.ini") == before);
}

TEST_CASE("up refuses what nobody can mean, and makes nothing then") {
  const Home home;
  CHECK_THAT(run_program({"up", "--index", "http://127.0.0.1:1", "--share", "/"}).output,
             Contains("is the whole disk"));
  CHECK_THAT(run_program({"up", "--index", "http://127.0.0.1:1", "--share", "~/None"}).output,
             Contains("is not there"));
  CHECK(run_program({"up", "--index", "ftp://x"}).code == 2);
  CHECK(run_program({"up", "--index", "http://x:1", "--index-here"}).code == 2);
  CHECK_FALSE(fs::exists(home.config()));
}

TEST_CASE("a host that does not start says why through up") {
  const Home home;
  write_file(home.config() / "peer.ini", "[host]\nname = x\ndata = d\nlog_level = loud\n");
  const auto outcome = run_program({"up"});
  CHECK(outcome.code != 0);
  CHECK_THAT(outcome.output, Contains("'loud' is none of"));
}

TEST_CASE("init writes what the unit of the system and others of the network need") {
  const Home home;
  const auto folder = (home.folder.path() / "made").string();
  const auto far = run_program({"init", "peer", folder, "--index", "http://10.77.0.1:8888"});
  CHECK(far.code == 0);
  CHECK_THAT(read_file(fs::path(folder) / "peer.ini"), Contains("\nlisten = 0.0.0.0:6"));
  const auto index = run_program({"init", "index", folder, "--data", "/var/lib/swapmeet",
                                  "--listen", "192.0.2.7:9000", "--name", "ours"});
  CHECK(index.code == 0);
  CHECK_THAT(read_file(fs::path(folder) / "index.ini"),
             Contains("\nlisten = 192.0.2.7:9000\n") && Contains("\ndata = /var/lib/swapmeet\n"));
  const auto odd =
      run_program({"init", "peer", folder + "2", "--share", "/", "--share", "/nowhere"});
  CHECK(odd.code == 0);
  CHECK_THAT(odd.output, Contains("careful: the share 'files' is the whole disk") &&
                             Contains("careful: the share 'nowhere' is not there"));
}
