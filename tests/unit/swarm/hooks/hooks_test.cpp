// Hooks run programs with the facts of what happened, a few at once, and not for ever.
#include "transfer/swarm/hooks/hooks.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "transfer/swarm/hooks/desktop.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

using namespace std::chrono_literals;

// Polls in real time, for programs run in it.
bool comes(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  return condition();
}

struct Hooked {
  Hooked() {
    commands["on_download_done"] =
        script("done", "env > " + path("out") + ".new; mv " + path("out") + ".new " + path("out"));
  }
  std::string path(const std::string& name) const { return (folder.path / name).string(); }
  HookCommand script(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << "#!/bin/sh\n" << text << '\n';
    ::chmod(path(name).c_str(), 0755);
    return {path(name), {}};
  }
  std::string text_of(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool has_logged(const std::string& text) {
    const std::lock_guard lock(mutex);
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }
  Log log() {
    return [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
      std::string line(message);
      for (const auto& field : fields)
        line += ' ' + std::string(field.key) + '=' + std::string(field.value);
      const std::lock_guard lock(mutex);
      lines.push_back(line);
    };
  }
  static Event done(const std::string& name) {
    return {"download.ended",
            {{"id", "12"},
             {"name", name},
             {"path", "/got/" + name},
             {"size", std::uint64_t{5}},
             {"peers", std::vector<std::string>{"ann", "bob"}}}};
  }

  Folder folder;
  std::mutex mutex;
  std::vector<std::string> lines;
  testing::ManualClock clock;
  HookCommands commands;
};

}  // namespace

TEST_CASE("a hook finds the facts in its environment, whatever is in a name") {
  Hooked h;
  ::setenv("SWAPMEET_TOKEN", "secret", 1);
  HookRunner runner(h.clock, h.log(), {});
  Hooks hooks(runner);
  hooks.set(h.commands);
  hooks.hear(Hooked::done("a'; touch " + h.path("evil") + "; $(touch " + h.path("evil") + ")"));
  REQUIRE(comes([&] { return std::filesystem::exists(h.path("out")); }));
  ::unsetenv("SWAPMEET_TOKEN");
  const auto out = h.text_of("out");
  CHECK(out.find("SWAPMEET_EVENT=download_done\n") != std::string::npos);
  CHECK(out.find("SWAPMEET_NAME=a'; touch ") != std::string::npos);
  CHECK(out.find("SWAPMEET_PEER=ann, bob\n") != std::string::npos);
  CHECK(out.find("SWAPMEET_SIZE=5\n") != std::string::npos);
  CHECK(out.find("PATH=/") != std::string::npos);  // and what this process has
  CHECK(out.find("secret") == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(h.path("evil")));
}

TEST_CASE("which event is for which hook") {
  CHECK(hook_for({"download.ended", {}}) == "on_download_done");
  CHECK(hook_for({"download.failed", {{"state", "failed"}}}) == "on_download_failed");
  CHECK(hook_for({"download.failed", {{"state", "waiting"}}}).empty());  // it is tried again
  CHECK(hook_for({"offer.came", {}}) == "on_offer");
  CHECK(hook_for({"upload.ended", {}}) == "on_upload_done");
  CHECK(hook_for({"download", {}}).empty());
  const auto facts = facts_of("on_offer", {"offer.came",
                                           {{"peer", "0f"},
                                            {"peer_name", "ann"},
                                            {"name", std::string("a\0b", 3)},
                                            {"incoming", true},
                                            {"created", Time{}}}});
  CHECK(facts == std::vector<std::string>{"SWAPMEET_EVENT=offer", "SWAPMEET_PEER_ID=0f",
                                          "SWAPMEET_PEER=ann", "SWAPMEET_NAME=a b",
                                          "SWAPMEET_INCOMING=true",
                                          "SWAPMEET_CREATED=1970-01-01T00:00:00Z"});
}

TEST_CASE("a hook that fails is named in the log with what it said last") {
  Hooked h;
  HookRunner runner(h.clock, h.log(), {});
  runner.run("on_offer", h.script("fails", "echo first; echo no disk >&2; exit 3"), {});
  CHECK(comes(
      [&] { return h.has_logged("hook failed hook=on_offer why=exit code 3 said=no disk"); }));
  runner.run("on_offer", {h.path("gone"), {}}, {});
  CHECK(comes([&] { return h.has_logged("gone cannot be started"); }));
}

TEST_CASE("a hook that takes too long is ended, with what it has started") {
  Hooked h;
  HookRunner runner(h.clock, h.log(), {.deadline = 10s});
  runner.run("on_offer",
             h.script("hangs", "trap '' TERM; echo $$ > " + h.path("pid") +
                                   "; while true; do sleep 1; done"),
             {});
  REQUIRE(comes([&] { return !h.text_of("pid").empty(); }));
  CHECK(comes([&] {
    h.clock.advance(3s);
    return h.has_logged("it took longer than it may");
  }));
}

TEST_CASE("a hook that writes without an end is ended as well") {
  Hooked h;
  HookRunner runner(h.clock, h.log(), {.deadline = 10s});
  runner.run("on_offer", h.script("writes", "echo $$ > " + h.path("pid") + "; exec yes"), {});
  REQUIRE(comes([&] { return !h.text_of("pid").empty(); }));
  CHECK(comes([&] {
    h.clock.advance(3s);
    return h.has_logged("it took longer than it may, and was ended said=y");
  }));
}

TEST_CASE("only so many run at once, so many wait, and the rest is left out with a word") {
  Hooked h;
  const auto waits = h.script("waits", "echo x >> " + h.path("begun") + "; until [ -e " +
                                           h.path("open") + " ]; do sleep 0.01; done");
  HookRunner runner(h.clock, h.log(), {.at_once = 2, .waiting = 3});
  const auto begun = [&] { return h.text_of("begun"); };
  for (int i = 0; i < 2; ++i) {
    runner.run("on_offer", waits, {});
    REQUIRE(comes([&] { return begun().size() == 2 * static_cast<std::size_t>(i + 1); }));
  }
  for (int i = 0; i < 5; ++i) runner.run("on_offer", waits, {});
  CHECK(h.has_logged("hooks are left out"));
  CHECK(begun() == "x\nx\n");
  std::ofstream(h.path("open")).close();
  CHECK(comes([&] { return begun() == "x\nx\nx\nx\nx\n"; }));
}

TEST_CASE("what comes close together is one notification, and names are no markup there") {
  Hooked h;
  const auto shows =
      h.script("shows", "for word; do printf '%s|' \"$word\"; done >> " + h.path("shown"));
  HookRunner runner(h.clock, h.log(), {});
  Desktop desktop(runner, h.clock);
  desktop.hear(Hooked::done("early"));  // there is no desktop yet
  desktop.set(HookCommand{shows.file, {"--"}});
  desktop.look();
  desktop.hear(Hooked::done("<b>a&b"));
  desktop.look();
  REQUIRE(comes([&] { return !h.text_of("shown").empty(); }));
  CHECK(h.text_of("shown") == "--|Download done|&lt;b&gt;a&amp;b is in /got|");
  for (const auto* name : {"b", "c", "d", "e", "f"}) desktop.hear(Hooked::done(name));
  desktop.look();  // too soon
  h.clock.advance(Desktop::kPause);
  std::filesystem::remove(h.path("shown"));
  desktop.look();
  REQUIRE(comes([&] { return !h.text_of("shown").empty(); }));
  CHECK(h.text_of("shown") ==
        "--|Swapmeet: 5 news|Download done: b is in /got\nDownload done: c is in /got\n"
        "Download done: d is in /got\nand 2 more|");
}

TEST_CASE("there is a desktop where a session bus is, unless the person says otherwise") {
  const Hooked h;
  static_cast<void>(h.script("notify-send", "exit 0"));
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", h.folder.path.c_str(), 1);
  ::unsetenv("XDG_RUNTIME_DIR");
  ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
  CHECK_FALSE(desktop_command("auto"));
  CHECK(desktop_command("yes"));
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", 1);
  CHECK(desktop_command("auto")->file == h.path("notify-send"));
  CHECK_FALSE(desktop_command("no"));
  ::setenv("PATH", "/nowhere", 1);
  CHECK_FALSE(desktop_command("yes"));
  ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace swapmeet::transfer_swarm
