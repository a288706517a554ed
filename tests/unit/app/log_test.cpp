#include "host/app/log.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "catch.h"
#include "host/config/config.h"
#include "swapmeet/testing/temporary_folder.h"
#include "tests/unit/plugins/bench_host.h"

using namespace swapmeet;
using swapmeet::testing::TemporaryFolder;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

// The log goes to a file of its own while this is there.
struct LogBench {
  TemporaryFolder folder;
  fs::path file = folder.path / "deep/host.log";

  explicit LogBench(RawSettings more = {}) {
    const auto done = set_up({{"log_file", file.string()}}, std::move(more));
    REQUIRE(done.ok());
  }
  ~LogBench() { static_cast<void>(set_up({}, {{"log_level", "error"}})); }
  LogBench(const LogBench&) = delete;
  LogBench& operator=(const LogBench&) = delete;

  Result<void> set_up(RawSettings raw, RawSettings more) const {
    raw.insert(raw.end(), {{"name", "x"}, {"data", "d"}});
    raw.insert(raw.end(), more.begin(), more.end());
    return set_up_log(Settings::check("x.ini [host]", raw, host_keys(), folder.path).value());
  }
  std::string text() const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

}  // namespace

TEST_CASE("a line has time, level, source, message and fields, and cannot be forged") {
  LogBench bench;
  write_log("http", LogLevel::info, "some\nthing\x7f",
            {{"plain", "a/b:1"},
             {"empty", ""},
             {"spaces", "a b"},
             {"forged", "x\n2026-01-01T00:00:00.000Z error host forged=1"},
             {"quotes", "a\"b\\c"},
             {"slash", "a\\"},
             {"escape", "\x1b[31m"},
             {"turned", "a\u202eb\u009b\x9b"}});
  const auto text = bench.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK_THAT(text, Contains("Z info http some thing  plain=a/b:1 empty=\"\" spaces=\"a b\""));
  CHECK_THAT(text, Contains("forged=\"x?2026-01-01T00:00:00.000Z error host forged=1\""));
  CHECK_THAT(text, Contains(R"(quotes="a\"b\\c" slash="a\\" escape="?[31m")"));
  CHECK_THAT(text, Contains(R"(turned="a?b??")"));
}

TEST_CASE("what is below the level is not written, and who asks is told before") {
  LogBench bench(RawSettings{{"log_level", "warning"}});
  write_log("x", LogLevel::info, "quiet");
  write_log("x", LogLevel::warning, "loud");
  CHECK_FALSE(is_logged(LogLevel::info));
  CHECK(is_logged(LogLevel::error));
  CHECK_THAT(bench.text(), Contains("loud") && !Contains("quiet"));
}

TEST_CASE("a log file is rotated at its size, and so many old ones are kept") {
  LogBench bench(RawSettings{{"log_size", "10K"}, {"log_keep", "2"}});
  for (int i = 0; i < 1000; ++i)
    write_log("x", LogLevel::info, "a line of some length", {{"number", std::to_string(i)}});
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(bench.file.parent_path())) {
    ++files;
    CHECK(entry.file_size() < 20'000);
  }
  CHECK(files == 3);
  CHECK_THAT(bench.text(), Contains("number=999"));
}

TEST_CASE("the log may be set up anew while others write to it") {
  LogBench log;
  std::atomic<bool> over = false;
  std::thread writer([&] {
    while (!over) write_log("test", LogLevel::info, "a line", {});
  });
  for (int i = 0; i < 200; ++i) CHECK(log.set_up({{"log_file", log.file.string()}}, {}).ok());
  over = true;
  writer.join();
}

TEST_CASE("a log file that cannot be written is an error, and the log stays as it was") {
  LogBench bench;
  const auto wrong = bench.set_up({{"log_file", "/proc/none/x.log"}}, {});
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("[host] log_file: /proc/none/x.log"));
  write_log("x", LogLevel::info, "still here");
  CHECK_THAT(bench.text(), Contains("still here"));
}
