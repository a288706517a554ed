#include "swapmeet/process/program.h"

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "swapmeet/system_clock.h"
#include "swapmeet/testing/catch.h"
#include "swapmeet/testing/manual_clock.h"
#include "swapmeet/testing/temporary_folder.h"

namespace swapmeet::process {
namespace {

using namespace std::chrono_literals;

// The beginning of every script: greets, then calls answer(request) for each line.
constexpr const char* kGreets = R"(#!/usr/bin/env python3
import json, os, sys, time
greeting = json.loads(sys.stdin.readline())
def say(answer): print(json.dumps(answer), flush=True)
say({"swapmeet": 1, "heard": greeting["kind"]})
)";

struct World {
  World(const std::string& rest, const std::string& beginning = kGreets) {
    options.file = folder.path / "program.py";
    std::ofstream(options.file) << beginning << rest;
    std::filesystem::permissions(options.file, std::filesystem::perms::owner_all);
    options.greeting = R"({"swapmeet":1,"kind":"test"})";
    options.pauses = {1ms, 10ms};
  }
  Program& program() {
    if (!made)
      made.emplace(options, *used, [this](LogLevel, std::string_view message, auto fields) {
        const std::lock_guard lock(mutex);
        log += message;
        for (const auto& field : fields) (log += ' ') += field.value;
        log += '\n';
      });
    return *made;
  }
  bool logged(std::string_view text) {
    const std::lock_guard lock(mutex);
    return log.find(text) != std::string::npos;
  }
  // Asks until it is answered: the program is being started again.
  Result<wire::JsonValue> ask_until_answered(const std::string& request) {
    const auto before = program().starts();
    while (true) {
      auto answer = program().call(request);
      if (answer || answer.error().code != ErrorCode::unavailable) return answer;
      if (program().starts() == before) turned.advance(20ms);
      std::this_thread::yield();
    }
  }

  testing::TemporaryFolder folder;
  ProgramOptions options;
  SystemClock clock;
  testing::ManualClock turned;  // in its place, where a test turns it
  Clock* used = &clock;
  std::mutex mutex;
  std::string log;
  std::optional<Program> made;
};

constexpr const char* kEcho = R"(
for line in sys.stdin:
    request = json.loads(line)
    if request.get("do") == "die": os._exit(3)
    if request.get("do") == "crash": os.kill(os.getpid(), 11)
    if request.get("do") == "refuse":
        say({"id": request["id"], "error": {"code": "not_found", "message": "no such thing", "position": 4}})
    else: say({"id": request["id"], "echo": request.get("say"), "pid": os.getpid()})
)";

}  // namespace

TEST_CASE("a program greets and answers, with values and with errors") {
  World world(kEcho);
  REQUIRE(world.program().start());
  CHECK(world.program().greeting()["heard"].text() == "test");
  const auto answer = world.program().call(R"({"say":"hello"})");
  REQUIRE(answer);
  CHECK((*answer)["echo"].text() == "hello");
  const auto refused = world.program().call(R"({"do":"refuse"})");
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == Error{ErrorCode::not_found, "no such thing", 4});
  CHECK(world.program().call("{}"));
}

TEST_CASE("answers find their calls whatever their order") {
  World world(R"(
held = []
for line in sys.stdin:
    held.append(json.loads(line))
    if len(held) == 4:
        for request in reversed(held): say({"id": request["id"], "echo": request["say"]})
        held = []
)");
  REQUIRE(world.program().start());
  std::atomic<int> right{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, text = std::to_string(i)] {
      const auto answer = world.program().call("{\"say\":\"" + text + "\"}");
      right += answer && (*answer)["echo"].text() == text;
    });
  for (auto& caller : callers) caller.join();
  CHECK(right == 4);
}

TEST_CASE("a program that ends or crashes is started again, and that is told") {
  World world(kEcho);
  REQUIRE(world.program().start());
  const auto died = world.program().call(R"({"do":"die"})");
  REQUIRE_FALSE(died);
  CHECK(died.error().code == ErrorCode::unavailable);
  CHECK(world.ask_until_answered(R"({"say":"again"})"));
  CHECK(world.logged("exit code 3"));
  CHECK_FALSE(world.program().call(R"({"do":"crash"})"));
  CHECK(world.ask_until_answered(R"({"say":"again"})"));
  CHECK(world.logged("Segmentation fault"));
  CHECK(world.logged("runs again"));
  CHECK(world.program().starts() == 3);
}

TEST_CASE("a call that takes too long fails at its deadline, and its late answer is nobody's") {
  World world(R"(
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "wait": held = request["id"]
    else:
        say({"id": held, "echo": "late"})
        say({"id": request["id"], "echo": "now"})
)");
  REQUIRE(world.program().start());
  const auto late = world.program().call(R"({"do":"wait"})", Deadline(world.clock.steady() + 20ms));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timed_out);
  const auto next = world.program().call(R"({"do":"answer"})");
  REQUIRE(next);
  CHECK((*next)["echo"].text() == "now");
  CHECK(world.program().starts() == 1);
}

TEST_CASE("a program that says nothing any more is killed and started again") {
  World world(R"(
for line in sys.stdin:
    if json.loads(line)["do"] == "hang":
        while True: time.sleep(60)
    say({"id": json.loads(line)["id"]})
)");
  world.used = &world.turned;
  REQUIRE(world.program().start());
  std::thread caller([&] { CHECK_FALSE(world.program().call(R"({"do":"hang"})")); });
  world.turned.await_waiters(1);
  world.turned.advance(world.options.patience);
  caller.join();
  CHECK(world.ask_until_answered(R"({"do":"else"})"));
  CHECK(world.logged("did not answer any more"));
}

TEST_CASE("only so many calls wait at once") {
  World world("for line in sys.stdin: pass\n");
  world.options.most_calls = 2;
  REQUIRE(world.program().start());
  const Deadline soon(world.clock.steady() + 20ms);
  CHECK(world.program().call("{}", soon).error().code == ErrorCode::timed_out);
  CHECK(world.program().call("{}", soon).error().code == ErrorCode::timed_out);
  CHECK(world.program().call("{}", soon).error().code == ErrorCode::too_many);
}

TEST_CASE("lines that are no JSON are logged once, and what it writes to standard error always") {
  World world(R"(
print("debugging", flush=True)
print("more of it", flush=True)
print("said aloud", file=sys.stderr, flush=True)
for line in sys.stdin: say({"id": json.loads(line)["id"]})
)");
  REQUIRE(world.program().start());
  CHECK(world.program().call("{}"));
  CHECK(world.logged("debugging"));
  CHECK_FALSE(world.logged("more of it"));
  world.program().stop();
  CHECK(world.logged("said aloud"));
}

TEST_CASE("a program that cannot be used says why as it starts") {
  const auto why = [](const std::string& script) {
    World world(script, "#!/usr/bin/env python3\nimport sys\n");
    const auto started = world.program().start();
    return started ? std::string() : started.error().message;
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(why("print('Hello', flush=True)\nsys.stdin.read()\n"),
             Contains("no JSON object but 'Hello'"));
  CHECK_THAT(why("print('{\"swapmeet\":2}', flush=True)\nsys.stdin.read()\n"),
             Contains("version 2"));
  CHECK_THAT(why("sys.exit(7)\n"), Contains("exit code 7"));
  World missing("");
  missing.options.file = missing.folder.path / "nothing.py";
  CHECK_THAT(missing.program().start().error().message,
             Contains("cannot be started: No such file"));
}

TEST_CASE("a program that never greets is not waited for without end") {
  World world("sys.stdin.read()\n", "#!/usr/bin/env python3\nimport sys\n");
  world.options.patience = 50ms;
  CHECK_THAT(world.program().start().error().message,
             Catch::Matchers::Contains("did not greet in time"));
}

TEST_CASE("a line without an end does not fill the memory") {
  World world(R"(
for line in sys.stdin:
    sys.stdout.write("x" * 200000)
    sys.stdout.flush()
)");
  world.options.longest_line = 100'000;
  REQUIRE(world.program().start());
  CHECK(world.program().call("{}").error().code == ErrorCode::unavailable);
  CHECK(world.logged("a line of more than 100000 bytes"));
}

TEST_CASE("what it has started ends with it, even when it does not end by itself") {
  World world(R"(
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
for line in sys.stdin: say({"id": json.loads(line)["id"], "child": child.pid})
while True: time.sleep(60)
)");
  REQUIRE(world.program().start());
  const auto answer = world.program().call("{}");
  REQUIRE(answer);
  const auto pid = static_cast<pid_t>((*answer)["child"].count());
  world.program().stop();
  // Whoever inherits it may take a moment to reap it.
  std::string state = "R";
  while (state != "Z" && state != "") {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    state = stat >> word >> word >> state ? state : "";
  }
  CHECK((state.empty() || state == "Z"));
}

}  // namespace swapmeet::process
