// swapmeet-plugin-check calls what a plugin provides: each fault in a call fails the check that it
// should, and the plugins that come with Swapmeet pass all of them.
#include "calls.h"

#include <algorithm>

#include "catch.h"
#include "checks.h"
#include "swapmeet/system_clock.h"

using namespace swapmeet;
using namespace swapmeet::tools;
using Catch::Matchers::Contains;

namespace {

std::vector<Checked> check(const std::string& name, const std::string& fault,
                           const std::vector<std::string>& only) {
  SystemClock clock;
  return check_plugin(
      FIXTURES + name + ".so",
      CheckOptions{
          .settings = {{"fault", fault}}, .patience = std::chrono::seconds(60), .only = only},
      clock);
}

// The named check fails, and says why and what to do.
void fails(const std::vector<Checked>& all, const std::string& name, const std::string& why) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  REQUIRE(found != all.end());
  INFO(name << ": " << found->outcome.sentence);
  CHECK(found->outcome.verdict == Verdict::failed);
  CHECK_THAT(found->outcome.sentence, Contains(why));
  CHECK_FALSE(found->outcome.advice.empty());
}

}  // namespace

TEST_CASE("what answers as it should passes") {
  for (const char* name : {"search_called", "extension_called"})
    for (const auto& one : check(name, "", {})) {
      INFO(name << ' ' << one.name << ": " << one.outcome.sentence);
      CHECK(one.outcome.verdict == Verdict::ok);
    }
}

TEST_CASE("a search that does not follow its feed is found") {
  fails(check("search_called", "throw_apply", {"follows"}), "follows",
        "apply() threw an exception: no such change");
  fails(check("search_called", "fail_apply", {"follows"}), "follows",
        "apply() returned an error: the disk is full");
  fails(check("search_called", "forget_position", {"follows"}), "follows",
        "applied() is not where");
  fails(check("search_called", "take_gaps", {"follows"}), "follows", "apply() took a batch");
}

TEST_CASE("hits that cannot be are found") {
  fails(check("search_called", "bad_type", {"searches"}), "searches",
        "a media type that there is not");
  fails(check("search_called", "no_sources", {"searches"}), "searches", "no present peer has");
  fails(check("search_called", "too_many_hits", {"searches"}), "searches", "hits where at most");
}

TEST_CASE("a search that does not bear nonsense is found") {
  fails(check("search_called", "throw_on_nonsense", {"bears nonsense"}), "bears nonsense",
        "search() threw an exception: no such character");
  fails(check("search_called", "fail_on_nonsense", {"bears nonsense"}), "bears nonsense",
        "corrupt");
  fails(check("search_called", "crash_on_nonsense", {"bears nonsense"}), "bears nonsense",
        "crashed in search(): Aborted");
}

TEST_CASE("what an extension registers is called") {
  fails(check("extension_called", "fail_start", {"starts"}), "starts",
        "start() returned an error: the disk is full");
  fails(check("extension_called", "throw_route", {"callbacks"}), "callbacks",
        "a route's handler threw an exception: no such parameter");
  fails(check("extension_called", "throw_listener", {"callbacks"}), "callbacks",
        "a listener threw an exception: no such event");
  fails(check("extension_called", "host_route", {"callbacks"}), "callbacks",
        "registers GET /api/v1/search, which a host does not let it");
  fails(check("extension_called", "keep_route", {"callbacks"}), "callbacks",
        "registered after stop()");
}

TEST_CASE("a call that hangs is ended when the patience is over, and named") {
  SystemClock clock;
  const auto all = check_plugin(FIXTURES "extension_called.so",
                                CheckOptions{.settings = {{"fault", "hang_task"}},
                                             .patience = std::chrono::seconds(1),
                                             .only = {"callbacks"}},
                                clock);
  fails(all, "callbacks", "did not end within 1 seconds: it hangs in a task");
  CHECK_THAT(all.at(0).outcome.advice, Contains("--in-process") && Contains("--patience"));
}

TEST_CASE("the plugins that come with Swapmeet bear every call") {
  SystemClock clock;
  for (const char* name : {"registry_sqlite", "search_memory", "search_fts", "search_remote"})
    for (const auto& one : check_plugin(std::string(PLUGINS) + name + ".so", {}, clock)) {
      INFO(name << ' ' << one.name << ": " << one.outcome.sentence);
      CHECK(one.outcome.verdict != Verdict::failed);
    }
}
