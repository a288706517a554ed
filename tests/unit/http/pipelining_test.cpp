// Many requests on their way over one connection: their answers come in order, each is weighed in
// its turn, and the handler sees those that are answered at once before.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/http/read_ahead.h"
#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

// Things that must have been opened by a handler before they can be answered at once: a base,
// because it must outlive the front.
struct Shelf {
  void note(const std::string& what) {
    const std::lock_guard lock(mutex);
    notes.push_back(what);
    noted.notify_all();
  }
  bool has_noted(const std::string& what) {
    std::unique_lock lock(mutex);
    return noted.wait_for(
        lock, 20s, [&] { return std::find(notes.begin(), notes.end(), what) != notes.end(); });
  }
  std::size_t count(const std::string& beginning) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::count_if(
        notes.begin(), notes.end(), [&](const auto& one) { return one.starts_with(beginning); }));
  }

  std::mutex mutex;  // guards below
  std::condition_variable noted;
  std::vector<std::string> notes;  // "HEAD a", "GET a", "at once a"
  std::set<std::string> open;
};

struct ShelfBench : Shelf, FrontBench {
  using Work =
      std::function<std::optional<Response>(const std::string& method, const std::string& name)>;
  // `work`: by a handler, instead of what is usual.
  explicit ShelfBench(Work work = {}, ListenOptions options = {}, Hooks hooks = {})
      : FrontBench(std::move(options), std::move(hooks)) {
    RouteOptions at_once;
    at_once.at_once = [this](Request& request) -> std::optional<Response> {
      const auto name = request.params["name"];
      {
        const std::lock_guard lock(mutex);
        if (!open.contains(name)) return std::nullopt;
      }
      note("at once " + name);
      return json('<' + name + '>');
    };
    add(
        "GET", "/shelf/{name}",
        [this, work = std::move(work)](Request& request) {
          const auto name = request.params["name"];
          auto answer = work ? work(request.method, name) : std::nullopt;
          {
            const std::lock_guard lock(mutex);
            open.insert(name);
          }
          note(request.method + ' ' + name);
          return answer ? std::move(*answer) : json('<' + name + '>');
        },
        at_once);
    add("POST", "/shelf", [this](Request& request) {
      note("POST " + request.body);
      return json('<' + request.body + '>');
    });
  }
};

std::string shelf(const std::string& name) { return get("/shelf/" + name, ""); }

// Where each of the texts stands, if they stand in that order.
bool in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const auto& part : parts) {
    at = text.find(part, at);
    if (at == std::string::npos) return false;
    at += part.size();
  }
  return true;
}

}  // namespace

TEST_CASE("what waits behind a request is prepared, and needs no worker in its turn") {
  std::string many = shelf("0");
  std::vector<std::string> answers = {"<0>"};
  for (std::size_t i = 1; i <= ReadAhead::kMost; ++i) {
    many += shelf(std::to_string(i));
    answers.push_back('<' + std::to_string(i) + '>');
  }
  const auto last = "HEAD " + std::to_string(ReadAhead::kMost);
  Shelf* seen = nullptr;
  ShelfBench front([&](const std::string& method, const std::string&) -> std::optional<Response> {
    if (method == "GET") seen->has_noted(last);
    return std::nullopt;
  });
  seen = &front;
  Client client(front.address());
  client.say(many);
  CHECK(in_order(client.hear(answers.back()), answers));
  CHECK(front.count("GET ") == 1);
  CHECK(front.count("HEAD ") == ReadAhead::kMost);
  CHECK(front.count("at once ") == ReadAhead::kMost);
}

TEST_CASE("thousands of requests at once are answered in order, whoever answers them") {
  ShelfBench front;
  Client client(front.address());
  std::string many;
  std::vector<std::string> answers;
  for (int i = 0; i < 3000; ++i) {
    const auto name = std::to_string(i);
    switch (i % 10) {
      case 3: many += get("/hello/" + name, ""); break;
      case 7:
        many +=
            "POST /shelf HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(name.size()) +
            "\r\n\r\n" + name;
        break;
      default: many += shelf(name);
    }
    answers.push_back(i % 10 == 3 ? "hi " + name : '<' + name + '>');
  }
  std::thread sending([&] { client.say(many); });
  const auto heard = client.hear(answers.back());
  sending.join();
  CHECK(in_order(heard, answers));
  CHECK(front.count("POST ") == 300);
  CHECK(front.count("GET ") + front.count("at once ") == 2400);
}

TEST_CASE("errors in the middle take their turn, and what comes behind a broken one is not heard") {
  ShelfBench front([](const std::string&, const std::string& name) -> std::optional<Response> {
    if (name == "bad") throw std::runtime_error("it is bad");
    return std::nullopt;
  });
  Client client(front.address());
  client.say(shelf("a") + shelf("bad") + shelf("b") + get("/nowhere", "") + shelf("c") +
             "GET /x HTTP/1.1\r\n\r\n" + shelf("d"));
  const auto heard = client.hear();
  CHECK(in_order(heard, {"<a>", "HTTP/1.1 500 ", "HTTP/1.1 200 ", "<b>", "HTTP/1.1 404 ", "<c>",
                         "HTTP/1.1 400 ", "Connection: close"}));
  CHECK_FALSE(has(heard, "<d>"));
  CHECK(front.count("HEAD d") == 0);
}

TEST_CASE("a request that changes something begins when the answers before it are out") {
  ShelfBench front(
      [](const std::string& method, const std::string& name) -> std::optional<Response> {
        if (name != "large" || method != "GET") return std::nullopt;
        return json(std::string(8'000'000, 'x') + "<large>");
      });
  Client client(front.address(), 4096);
  client.say(shelf("large") + shelf("b") +
             "POST /shelf HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nc" + shelf("d"));
  client.peek();
  CHECK(front.has_noted("HEAD b"));
  CHECK(front.count("POST ") == 0);
  CHECK(front.count("at once ") == 0);
  CHECK(in_order(client.hear("<d>"), {"<large>", "<b>", "<c>", "<d>"}));
  CHECK(front.count("POST ") == 1);
}

TEST_CASE("of a client that never reads only so much is begun, and others are served") {
  ShelfBench front(
      [](const std::string& method, const std::string& name) -> std::optional<Response> {
        if (name != "large" || method != "GET") return std::nullopt;
        return json(std::string(8'000'000, 'x'));
      });
  Client client(front.address(), 4096);
  std::string many = shelf("large");
  for (int i = 0; i < 200; ++i) many += shelf(std::to_string(i));
  client.say(many);
  client.peek();
  const auto last = std::to_string(ReadAhead::kMost - 1);
  CHECK(front.has_noted("HEAD " + last));
  CHECK(has(front.ask(get("/shelf/other")), "<other>"));
  CHECK(has(front.ask(get("/shelf/other")), "<other>"));
  CHECK(front.count("HEAD ") == ReadAhead::kMost);
  CHECK(front.count("GET ") == 2);  // the large one and the other client's
}

TEST_CASE("who leaves in the middle is forgotten, with the files of answers that had begun") {
  std::signal(SIGPIPE, SIG_IGN);  // as the host does: sendfile(2) has no flag for that
  std::mutex mutex;
  std::condition_variable told;
  std::vector<bool> ends;
  char name[] = "/tmp/swapmeet-pipelining-XXXXXX";
  const int descriptor = ::mkstemp(name);
  REQUIRE(::ftruncate(descriptor, 50'000'000) == 0);
  ::unlink(name);
  const auto file = std::make_shared<const OpenFile>(descriptor);
  ShelfBench front([&](const std::string& method, const std::string&) -> std::optional<Response> {
    if (method != "GET") return std::nullopt;
    FileBody body{file, 0, 50'000'000, {}, {}, {}};
    body.on_end = [&](bool complete) {
      const std::lock_guard lock(mutex);
      ends.push_back(complete);
      told.notify_all();
    };
    return Response{.status = 200, .headers = {}, .body = std::move(body)};
  });
  {
    Client client(front.address(), 4096);
    std::string many;
    for (int i = 0; i < 500; ++i) many += shelf(std::to_string(i));
    client.say(many);
    client.peek();
    CHECK(front.has_noted("HEAD 5"));
  }
  {
    std::unique_lock lock(mutex);
    REQUIRE(told.wait_for(lock, 20s, [&] { return !ends.empty(); }));
    CHECK(ends == std::vector<bool>{false});
  }
  CHECK(front.count("GET ") == 1);
  CHECK(has(front.ask(get("/shelf/1")), "<1>"));
}

TEST_CASE("who sends no more still gets all answers") {
  ShelfBench front;
  Client client(front.address());
  std::string many;
  for (int i = 0; i < 100; ++i) many += shelf(std::to_string(i));
  client.say(many);
  client.say_no_more();
  CHECK(in_order(client.hear(), {"<0>", "<50>", "<99>"}));
}

TEST_CASE("preparing that hangs keeps no answer waiting") {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  const auto end = [&] {
    const std::lock_guard lock(mutex);
    over = true;
    changed.notify_all();
  };
  ShelfBench front([&](const std::string& method, const std::string&) -> std::optional<Response> {
    std::unique_lock lock(mutex);
    if (method == "HEAD") changed.wait(lock, [&] { return over; });
    return std::nullopt;
  });
  Client client(front.address());
  client.say(shelf("a") + shelf("b") + shelf("c") + get("/shelf/d"));
  CHECK(in_order(client.hear(), {"<a>", "<b>", "<c>", "<d>"}));
  CHECK(front.count("GET ") == 4);
  end();
}

TEST_CASE("where a guard asks who it is, nobody is asked twice") {
  std::atomic<int> guarded{0};
  Hooks hooks;
  hooks.guard = [&](Request&) -> std::optional<Response> {
    ++guarded;
    return std::nullopt;
  };
  ShelfBench front({}, {}, hooks);
  Client client(front.address());
  client.say(shelf("a") + shelf("b") + get("/shelf/c"));
  CHECK(in_order(client.hear(), {"<a>", "<b>", "<c>"}));
  CHECK(front.count("HEAD ") == 0);
  CHECK(guarded == 6);  // before the try at once, and before the handler
}

TEST_CASE("requests that are prepared are counted once, and by who asked") {
  std::mutex mutex;
  std::vector<std::string> counted;
  Hooks hooks;
  hooks.on_request = [&](const Request& request, int status, std::chrono::microseconds) {
    const std::lock_guard lock(mutex);
    counted.push_back(request.method + ' ' + request.path + ' ' + std::to_string(status));
  };
  ShelfBench front({}, {}, hooks);
  Client client(front.address());
  client.say(shelf("a") + shelf("b") + get("/shelf/c"));
  client.hear();
  const std::lock_guard lock(mutex);
  CHECK(counted ==
        std::vector<std::string>{"GET /shelf/a 200", "GET /shelf/b 200", "GET /shelf/c 200"});
}
