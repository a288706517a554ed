// swapmeet-plugin-check: each fault has a fixture that fails the check that it should, and a crash
// or a hang of the plugin is a verdict.
#include "checks.h"

#include <sys/stat.h>

#include <algorithm>

#include "catch.h"
#include "swapmeet/system_clock.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::tools;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::vector<Checked> check(const std::string& name, const CheckOptions& options = {}) {
  SystemClock clock;
  return check_plugin(FIXTURES "extension_" + name + ".so", options, clock);
}

Outcome of(const std::vector<Checked>& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  REQUIRE(found != all.end());
  INFO(name << ": " << found->outcome.sentence);
  CHECK_FALSE(found->outcome.sentence.empty());
  return found->outcome;
}

// Only the named checks fail; the first says `why`.
void fails(const std::vector<Checked>& all, const std::vector<std::string>& names,
           const std::string& why) {
  std::vector<std::string> failed;
  for (const auto& one : all)
    if (one.outcome.verdict == Verdict::failed) failed.push_back(one.name);
  CHECK(failed == names);
  const auto first = of(all, names.at(0));
  CHECK_THAT(first.sentence + " · " + first.advice, Contains(why));
}

}  // namespace

TEST_CASE("a plugin that behaves passes every check") {
  for (const auto& one : check("base")) {
    INFO(one.name << ": " << one.outcome.sentence);
    CHECK(one.outcome.verdict == Verdict::ok);
  }
}

TEST_CASE("what does not load is said, and the rest is skipped") {
  const auto all = check("other_toolchain");
  fails(all, {"loads"}, "gcc 4");
  CHECK(of(all, "starts").verdict == Verdict::skipped);
  fails(check("wrong_magic"), {"loads"}, "is no Swapmeet plugin");
  fails(check("undefined_symbols"), {"loads"}, "defined_nowhere");
  fails(check("missing_symbol"), {"exports", "loads"}, "SWAPMEET_PLUGIN");
  const auto nothing = check("nowhere");
  fails(nothing, {"file", "exports", "loads"}, "cannot be read");
}

TEST_CASE("what others may write, or run into, fails") {
  const testing::TemporaryFolder folder;
  const auto copy = folder.path / "extension_base.so";
  fs::copy_file(FIXTURES "extension_base.so", copy);
  REQUIRE(::chmod(copy.c_str(), 0777) == 0);
  SystemClock clock;
  fails(check_plugin(copy, {}, clock), {"file", "loads"}, "chmod o-w");
  fails(check("exports_more"), {"exports"}, "swapmeet_add_plugin()");
}

TEST_CASE("keys that nobody can leave out, or only a person can give") {
  fails(check("bad_default"), {"keys", "configures"}, "its own default is refused");
  const auto wrong = check("base", {.settings = {{"number", "0"}}});
  fails(wrong, {"configures"}, "0 is below the minimum 1");
}

TEST_CASE("exceptions and crashes are verdicts, and later checks still run") {
  fails(check("throws_in_create"), {"creates"}, "create() threw an exception: create went wrong");
  fails(check("throws_in_configure"), {"configures"},
        "configure() threw an exception: configure went wrong");
  fails(check("crashes_in_start"), {"starts"}, "crashed in start(): Aborted");
  const auto all = check("throws_in_stop");
  CHECK(of(all, "stops unstarted").verdict == Verdict::failed);
  CHECK(of(all, "starts").verdict == Verdict::failed);
}

TEST_CASE("a stop that hangs is ended after the three seconds that a host waits") {
  const auto all = check("hangs_in_stop", {.only = {"starts"}});
  CHECK_THAT(of(all, "starts").sentence, Contains("stop() did not end within the three seconds"));
}

TEST_CASE("what requires an interface that is not here is skipped") {
  const auto all = check("dependent");
  CHECK(of(all, "starts").verdict == Verdict::skipped);
  CHECK_THAT(of(all, "starts").sentence, Contains("fixture.base/1"));
  CHECK(of(all, "configures").verdict == Verdict::ok);
}

TEST_CASE("an answer to any interface, a thread and a file left behind fail") {
  fails(check("answers_everything"), {"interfaces"}, "no such interface");
  fails(check("leaves_thread"), {"leaves nothing"}, "threads run on");
  fails(check("leaves_file"), {"leaves nothing"}, "more open files");
}

TEST_CASE("only the checks that are named run, and a name that is none is told") {
  const auto all = check("base", {.only = {"starts", "stops-twice"}});
  REQUIRE(all.size() == 2);
  CHECK(all.at(1).name == "stops twice");
  const auto wrong = CheckOptions{.only = {"flies"}}.check();
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("'flies'") && Contains("--list"));
  CHECK(check_names().size() > 12);
}

TEST_CASE("in this process the checks say the same") {
  for (const auto& one : check("base", {.in_process = true})) {
    INFO(one.name << ": " << one.outcome.sentence);
    CHECK(one.outcome.verdict == Verdict::ok);
  }
}
