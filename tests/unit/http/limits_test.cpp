// What a front does when memory, descriptors, places or time run out, and what it says about it.
#include <fcntl.h>
#include <sys/resource.h>

#include <map>
#include <mutex>
#include <thread>

#include "host/http/tally.h"
#include "tests/unit/http/client.h"

using namespace swapmeet;
using namespace swapmeet::http;
using namespace std::chrono_literals;

namespace {

std::string post(const std::string& path, std::size_t length) {
  return "POST " + path +
         " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

// Takes all descriptors that the process may still open, but `left`.
class Shortage {
 public:
  explicit Shortage(std::size_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lowered = before_;
    lowered.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &lowered);
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    for (; left > 0 && !taken_.empty(); --left) give_back();
  }
  ~Shortage() {
    while (!taken_.empty()) give_back();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;

 private:
  void give_back() {
    ::close(taken_.back());
    taken_.pop_back();
  }
  rlimit before_{};
  std::vector<int> taken_;
};

// Remembers log lines as "message key=value …".
struct Lines {
  std::mutex mutex;
  std::vector<std::string> lines;

  Hooks hooks() {
    Hooks hooks;
    hooks.log = [this](LogLevel, std::string_view message, std::initializer_list<LogField> fields) {
      std::string line(message);
      for (const auto& field : fields) line.append(" ").append(field.key) += '=' + field.value;
      const std::lock_guard lock(mutex);
      lines.push_back(line);
    };
    return hooks;
  }
  // Does `meanwhile` again and again until there is such a line.
  std::string wait_for(
      const std::string& part, const std::function<void()>& meanwhile = [] {}) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      {
        const std::lock_guard lock(mutex);
        for (const auto& line : lines)
          if (has(line, part)) return line;
      }
      meanwhile();
      std::this_thread::yield();
    }
    return "";
  }
};

}  // namespace

TEST_CASE(
    "bodies share a memory; when it is full the slowest senders go and the others are served") {
  ListenOptions options;
  options.max_buffered = 100'000;
  FrontBench front(options);
  front.add("POST", "/take",
            [](Request& request) { return json(std::to_string(request.body.size())); },
            {.max_body = 80'000});
  Client slow(front.address());
  Client slower(front.address());
  for (auto* client : {&slow, &slower}) {
    client->say(post("/take", 60'000));
    client->say(std::string(50'000, 's'));
  }
  for (int i = 0; i < 20; ++i) {
    Client quick(front.address());
    quick.say(post("/take", 60'000) + std::string(60'000, 'q'));
    const auto answer = quick.hear();
    CHECK(has(answer, "HTTP/1.1 200 "));
    CHECK(answer.ends_with("60000"));
  }
  CHECK(has(slow.hear(), "HTTP/1.1 503 "));
  CHECK(has(slower.hear(), "HTTP/1.1 503 "));
}

TEST_CASE("answers that nobody takes are bounded as well") {
  ListenOptions options;
  options.max_buffered = 10'000'000;
  FrontBench front(options);
  constexpr std::size_t kSize = 7'000'000;  // more than the sockets take
  front.add("GET", "/big", [](Request&) { return json(std::string(kSize, 'b')); });
  std::vector<std::unique_ptr<Client>> readers;
  for (int i = 0; i < 8; ++i) {
    readers.push_back(std::make_unique<Client>(front.address(), 4096));
    readers.back()->say(get("/big"));
  }
  const auto whole = front.ask(get("/big"));  // who reads gets it all
  CHECK(whole.size() > kSize);
  std::size_t cut = 0;
  for (auto& reader : readers)
    if (reader->hear().size() < kSize) ++cut;
  CHECK(cut >= 5);
}

TEST_CASE("without a descriptor left clients are told, nothing spins, and it goes on afterwards") {
  Lines log;
  FrontBench front({}, log.hooks());
  {
    const Shortage shortage(1);  // for the client's own end
    CHECK(has(Client(front.address()).hear(), "503 Service Unavailable"));
    CHECK(has(Client(front.address()).hear(), "503 Service Unavailable"));
    const auto line = log.wait_for("turned away");
    CHECK((has(line, "out_of_files=1 ") || has(line, "out_of_files=2 ")));
  }
  CHECK(has(front.ask(get("/hello/after")), "hi after"));
}

TEST_CASE("connections from one address are limited, and the limit can change") {
  ListenOptions options;
  options.max_connections_per_address = 2;
  Lines log;
  FrontBench front(options, log.hooks());
  Client one(front.address());
  Client two(front.address());
  one.say(get("/hello/a", ""));
  two.say(get("/hello/a", ""));
  CHECK(has(one.hear("hi a"), "hi a"));
  CHECK(has(two.hear("hi a"), "hi a"));
  CHECK(has(Client(front.address()).hear(), "503"));
  CHECK(has(log.wait_for("turned away"), "address_full=1"));
  options.max_connections_per_address = 8;
  front.listener->set_limits(options);
  std::string answer;
  for (int i = 0; i < 1000 && !has(answer, "hi b"); ++i) {  // until the front has read the limits
    Client client(front.address());
    if (client.try_to_say(get("/hello/b"))) answer = client.hear();
  }
  CHECK(has(answer, "hi b"));
}

TEST_CASE("all connections together are limited") {
  ListenOptions options;
  options.max_connections = 1;
  FrontBench front(options);
  Client one(front.address());
  one.say(get("/hello/a", ""));
  CHECK(has(one.hear("hi a"), "hi a"));
  CHECK(has(Client(front.address()).hear(), "503"));
}

TEST_CASE("slow heads and bodies end with 408, idle connections without a word") {
  ListenOptions options;
  options.header_timeout = 10s;
  options.body_timeout = 10s;
  options.idle_timeout = 10s;
  Lines log;
  testing::ManualClock clock;
  FrontBench front(options, log.hooks(), &clock);
  Client head(front.address());
  Client body(front.address());
  Client silent(front.address());
  head.say("GET /hel");
  body.say(post("/echo", 10) + "a");
  CHECK(has(front.ask(get("/hello/a")), "hi a"));  // so what came before it has been read
  clock.advance(10s + 1ms);
  CHECK(has(head.hear(), "HTTP/1.1 408 "));
  CHECK(has(body.hear(), "HTTP/1.1 408 "));
  CHECK(silent.hear().empty());
  CHECK_FALSE(log.wait_for("slow=").empty());
}

TEST_CASE("a reader that takes nothing is cut off") {
  ListenOptions options;
  options.send_timeout = 10s;
  Lines log;
  testing::ManualClock clock;
  FrontBench front(options, log.hooks(), &clock);
  front.add("GET", "/big", [](Request&) { return json(std::string(7'000'000, 'b')); });
  Client reader(front.address(), 4096);
  reader.say(get("/big"));
  reader.peek();  // the answer has begun, and what the sockets take may still be on its way
  const auto line = log.wait_for("turned away", [&] { clock.advance(10s + 1ms); });
  CHECK(has(line, "slow=1"));
  CHECK(reader.hear().size() < 7'000'000);
}

TEST_CASE("what has no answer at once is answered by a worker") {
  FrontBench front;
  std::mutex mutex;
  std::vector<std::thread::id> ran_on;
  const auto note = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    ran_on.push_back(std::this_thread::get_id());
    return json(text);
  };
  const auto at_once = [&](Request& request) -> std::optional<Response> {
    if (request.params["name"] == "throws") throw std::runtime_error("left to the handler");
    if (request.params["name"] != "known") return std::nullopt;
    return note("at once");
  };
  const auto added = front.listener->add(
      "GET", "/both/{name}", [&](Request&) { return note("by a worker"); }, {.at_once = at_once});
  REQUIRE(added.ok());
  CHECK(has(front.ask(get("/both/known")), "at once"));
  CHECK(has(front.ask(get("/both/known")), "at once"));
  CHECK(has(front.ask(get("/both/other")), "by a worker"));
  CHECK(has(front.ask(get("/both/throws")), "by a worker"));
  const std::lock_guard lock(mutex);
  REQUIRE(ran_on.size() == 4);
  CHECK(ran_on[0] == ran_on[1]);
  CHECK(ran_on[0] != ran_on[2]);
}

TEST_CASE("a quick route answers on the socket thread, in order with the others") {
  FrontBench front;
  std::map<std::string, std::thread::id> ran_on;
  const auto note = [&](Request& request) {
    ran_on[request.path] = std::this_thread::get_id();
    return json("from " + request.path);
  };
  front.add("GET", "/quick", note, {.quick = true});
  front.add("GET", "/quick2", note, {.quick = true});
  front.add("GET", "/other", note);
  Client client(front.address());
  client.say(get("/quick", "") + get("/other", "") + get("/quick2"));
  const auto answers = client.hear();
  CHECK(answers.find("from /quick") < answers.find("from /other"));
  CHECK(answers.find("from /other") < answers.find("from /quick2"));
  CHECK(ran_on["/quick"] == ran_on["/quick2"]);
  CHECK(ran_on["/quick"] != ran_on["/other"]);
}

TEST_CASE("a client of HTTP/1.0 that asks to be kept is told that it is") {
  FrontBench front;
  Client client(front.address());
  client.say("GET /hello/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(has(client.hear("hi a"), "Connection: keep-alive\r\n"));
  client.say("GET /hello/b HTTP/1.0\r\n\r\n");
  CHECK(has(client.hear(), "hi b"));
}

TEST_CASE("who sends no more still gets the answer") {
  FrontBench front;
  Client client(front.address());
  client.say(get("/hello/a", ""));
  client.say_no_more();
  CHECK(has(client.hear(), "hi a"));
}

TEST_CASE("trouble is told at once and then with counts, connections once a minute") {
  std::vector<std::string> lines;
  Tally tally(
      [&](LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
        CHECK(level == LogLevel::info);
        lines.emplace_back(message);
        for (const auto& field : fields)
          if (field.value != "0") lines.back().append(" ").append(field.key) += '=' + field.value;
      });
  const Instant start{1h};
  tally.report(start, 0);
  CHECK(lines.empty());
  tally.counts.full = 1;
  tally.report(start + 1s, 9);
  tally.counts.full = 5;
  tally.counts.accepted = 7;
  tally.report(start + 2s, 9);
  tally.report(start + 10s, 9);
  tally.report(start + 11s, 9);
  tally.report(start + 60s, 9);
  CHECK(lines == std::vector<std::string>{"clients turned away or cut off full=1",
                                          "clients turned away or cut off full=5",
                                          "connections accepted=7 open=9"});
}
