#include "host/config/config.h"

#include <algorithm>
#include <atomic>
#include <fstream>

#include "catch.h"
#include "host/app/pid_file.h"
#include "host/app/stop_deadline.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using Catch::Matchers::Contains;
using swapmeet::testing::TemporaryFolder;

namespace {

struct File {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path / "x.ini";

  Result<Config> read(const std::string& text, const std::vector<std::string>& set = {}) {
    Overrides overrides;
    for (const auto& one : set) overrides.push_back({one});
    std::ofstream(path) << text;
    return read_config(path, overrides);
  }
  std::string problems(const std::string& text) {
    const auto config = read(text);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::invalid_argument);
    return config.error().message;
  }
};

const std::string kGood = "[host]\nname = x\ndata = d\n";

}  // namespace

TEST_CASE("a configuration is read with defaults, folders beside the file, and overrides") {
  File file;
  const auto config = file.read(kGood + "[search]\nplugin = ./mine.so\nkey = v\n",
                                {"http.listen=127.0.0.1:9", "http.max_buffered=1M"});
  REQUIRE(config.ok());
  CHECK(config->host.path("data") == file.folder.path / "d");
  CHECK(config->listen_options().address == HostPort{"127.0.0.1", 9});
  CHECK(config->listen_options().max_buffered == 1'000'000);
  CHECK(config->owner_access());
  REQUIRE(config->plugins.size() == 1);
  CHECK(config->plugins[0].name == (file.folder.path / "mine.so").string());
  CHECK(config->plugins[0].raw == RawSettings{{"key", "v"}});
}

TEST_CASE("all mistakes are told at once, one a line") {
  File file;
  const auto problems = file.problems(
      "[host]\nnam = x\ndata = d\nlog_keep = many\n[http]\nwrkers = 1\n[serch]\n[auth]\n");
  CHECK(std::count(problems.begin(), problems.end(), '\n') == 5);
  CHECK_THAT(problems, Contains("x.ini [host] nam: is not a key here; did you mean 'name'?"));
  CHECK_THAT(problems, Contains("x.ini [host] name: is missing"));
  CHECK_THAT(problems, Contains("x.ini [host] log_keep: "));
  CHECK_THAT(problems, Contains("x.ini [http] wrkers: is not a key here; did you mean 'workers'?"));
  CHECK_THAT(problems, Contains("x.ini [serch]: there is no such section"));
  CHECK_THAT(problems, Contains("x.ini [auth] plugin: is missing"));
}

TEST_CASE("of most kinds one plugin is expected, and a list says so") {
  File file;
  CHECK_THAT(file.problems(kGood + "[registry]\nplugin = sqlite, remote\n"),
             Contains("x.ini [registry] plugin: 'sqlite, remote' names several; one is expected"));
  const auto overridden =
      file.read(kGood + "[transfer]\nplugin = swarm\n", {"transfer.plugin=a, b"});
  REQUIRE_FALSE(overridden);
  CHECK_THAT(overridden.error().message, Contains("names several; one is expected"));
}

TEST_CASE("several searches and a shadow have their keys in sections of their own") {
  File file;
  const auto config = file.read(kGood +
                                    "[search]\nplugin = memory, ./search_mine.so\n"
                                    "shadow = ./search_next.so\ndeadline = 2s\n"
                                    "[search.memory]\nmax_results = 7\n"
                                    "[search.mine]\nkey = v\n[search.next]\nkey = w\n",
                                {"search.mine.key=x"});
  REQUIRE(config.ok());
  REQUIRE(config->plugins.size() == 2);
  CHECK(config->plugins[0].section == "search.memory");
  CHECK(config->plugins[0].raw == RawSettings{{"max_results", "7"}});
  CHECK(config->plugins[1].name == (file.folder.path / "search_mine.so").string());
  CHECK(config->plugins[1].raw == RawSettings{{"key", "x"}});
  REQUIRE(config->shadow);
  CHECK(config->shadow->name == (file.folder.path / "search_next.so").string());
  CHECK(config->shadow->where == "x.ini [search.next]");
  CHECK(config->shadow->raw == RawSettings{{"key", "w"}});
  CHECK(config->search.duration("deadline") == std::chrono::seconds(2));
  CHECK_FALSE(file.read(kGood + "[search]\nplugin = memory\n")->shadow);
  CHECK_THAT(file.problems(kGood + "[search]\nplugin = memory\n[search.next]\n"),
             Contains("x.ini [search.next]: there is no such section"));
}

TEST_CASE("public access without an auth plugin is refused") {
  File file;
  CHECK_THAT(file.problems(kGood + "[http]\naccess = public\n"), Contains("[auth]: is missing"));
}

TEST_CASE("a file that is missing, a folder, or no INI at all is refused") {
  File file;
  const auto missing = read_config(file.folder.path / "none.ini", {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  const auto folder = read_config(file.folder.path, {});
  REQUIRE_FALSE(folder);
  CHECK_THAT(folder.error().message, Contains("is a folder"));
  CHECK_THAT(file.problems(std::string("\x7f"
                                       "ELF\x02\x01\x01\0\0",
                                       9)),
             Contains("line 1"));
  CHECK_THAT(file.problems("{\"json\": true}\n"), Contains("is no section, comment or key"));
  CHECK_THAT(file.problems(kGood + "plugins = a\x01"
                                   "b\n"),
             Contains("control character"));
}

TEST_CASE(
    "what the host keeps for auth plugins stands in [auth], beside one plugin's keys or over "
    "several") {
  File file;
  const auto one =
      file.read(kGood + "[auth]\nplugin = accounts\nguests = read\nregistration = open\n");
  REQUIRE(one.ok());
  CHECK(one->auth.text("guests") == "read");
  CHECK(one->auth.duration("session_length") == std::chrono::hours(24 * 7));
  REQUIRE(one->plugins.size() == 1);
  CHECK(one->plugins[0].raw == RawSettings{{"registration", "open"}});
  const auto two = file.read(kGood +
                             "[auth]\nplugin = accounts, ./auth_mine.so\nsession_length = 1h\n"
                             "[auth.mine]\nkey = v\n");
  REQUIRE(two.ok());
  REQUIRE(two->plugins.size() == 2);
  CHECK(two->plugins[0].raw.empty());
  CHECK(two->plugins[1].raw == RawSettings{{"key", "v"}});
  CHECK(differing(*one, *two).changed ==
        std::vector<std::string>{"x.ini [auth] guests", "x.ini [auth] session_length"});
  CHECK_THAT(file.problems(kGood + "[auth]\nplugin = open\nguests = some\n"),
             Contains("x.ini [auth] guests: 'some' is none of by_plugin|refuse|read|share"));
}

TEST_CASE("what differs is named, by when it changes") {
  File file;
  const auto before = file.read(kGood);
  const auto after = file.read(
      "[host]\nname = y\ndata = d\nlog_level = debug\n[http]\nworkers = "
      "2\nidle_timeout = 1s\n");
  REQUIRE((before.ok() && after.ok()));
  const auto reload = differing(*before, *after);
  CHECK(reload.at_restart == std::vector<std::string>{"x.ini [host] name", "x.ini [http] workers"});
  CHECK(reload.changed ==
        std::vector<std::string>{"x.ini [host] log_level", "x.ini [http] idle_timeout"});
  CHECK(differing(*before, *before).at_restart.empty());
}

TEST_CASE("a pid file holds the process id until it is removed") {
  const TemporaryFolder folder;
  const auto path = folder.path / "x.pid";
  {
    PidFile file;
    REQUIRE(file.write(path).ok());
    std::ifstream in(path);
    int pid = 0;
    in >> pid;
    CHECK(pid == ::getpid());
  }
  CHECK_FALSE(std::filesystem::exists(path));
  PidFile nowhere;
  const auto wrong = nowhere.write(folder.path / "none/x.pid");
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("x.pid: cannot be written"));
}

TEST_CASE("a stop deadline acts when it is reached, and not when the stop was in time") {
  std::atomic<bool> ended{false};
  {
    const StopDeadline in_time(std::chrono::hours(1), [&] { ended = true; });
  }
  CHECK_FALSE(ended);
  std::mutex mutex;
  std::condition_variable changed;
  const StopDeadline late(std::chrono::milliseconds(1), [&] {
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  CHECK(changed.wait_for(lock, std::chrono::seconds(20), [&] { return ended.load(); }));
}
