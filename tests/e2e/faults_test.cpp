// A plugin that goes wrong in every way: the host lives, all else answers, and each fault is named.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;
using swapmeet::wire::PluginReport;
using swapmeet::wire::StatusReport;

namespace {

// More memory than there is; the address sanitizer ends a program that asks for that.
#ifdef __SANITIZE_ADDRESS__
constexpr const char* kTooMuch = "throw";
#else
constexpr const char* kTooMuch = "oom";
#endif

const std::string kPeer = "/api/v1/peers/00112233445566778899aabbccddeeff";

// The whole answer to a request that names nobody; empty: there was none within 20 seconds.
std::string ask(int port, const std::string& target) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const auto request = "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
    char bytes[4096];
    for (ssize_t n = 0; (n = ::recv(socket, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(n));
  }
  ::close(socket);
  return answer;
}

int status_of(const std::string& answer) {
  return answer.size() < 12 ? 0 : std::atoi(answer.substr(9, 3).c_str());
}

// An index whose search is the one that goes wrong.
struct Broken {
  Folder folder;
  int port = free_port();
  Node node;
  explicit Broken(const std::string& faults, const std::string& more_of_http = "")
      : node(folder.path(), "index", ini(faults, more_of_http)) {}
  std::string ini(const std::string& faults, const std::string& more_of_http) const {
    const std::string bin = std::getenv("SWAPMEET_BIN");
    auto text = index_ini(folder.path(), "127.0.0.1:" + std::to_string(port), "2s",
                          bin + "/fixtures/search_broken.so");
    text.replace(text.find("[http]\n"), 7, "[http]\n" + more_of_http);
    return text + "fault = " + faults + "\n";
  }
  std::string ask(const std::string& target) const { return ::ask(port, target); }
  void enroll() { REQUIRE(node.call("PUT", kPeer, R"({"name":"dora","port":6699})").ok()); }
  bool logs(const std::string& text) const { return node.log().find(text) != std::string::npos; }
  PluginReport report() {
    const auto status = from_json<StatusReport>(node.get("/api/v1/status").value_or(""));
    if (status)
      for (const auto& plugin : status->plugins)
        if (plugin.id == "search.broken") return plugin;
    return {};
  }
};

}  // namespace

TEST_CASE("a plugin that cannot start is named with the cause, and the host ends in order") {
  const std::pair<const char*, const char*> kFaults[] = {
      {"throw_configure", "configure boom"},
      {"throw_start", "start boom"},
      {"fail_start", "start does not work"},
      {"throw_interface", "interface boom"},
      {"null_interface", "it says that it provides swapmeet.search"},
      {"dup_route", "search.broken may not add the route GET /api/v1/search"}};
  for (const auto& [fault, cause] : kFaults) {
    Broken broken(fault);
    broken.node.launch();
    CHECK(broken.node.signal(0) == 1);
    CHECK_THAT(broken.node.log(),
               Contains("cannot start") && Contains("search.broken") && Contains(cause));
  }
}

TEST_CASE("a start that hangs is named, and the host answers 503 and stops when it is told to") {
  Broken broken("hang_start");
  broken.node.launch();
  REQUIRE(eventually([&] { return status_of(broken.ask("/healthz")) == 503; }));
  CHECK_THAT(broken.ask("/healthz"), Contains("starting") && Contains("Retry-After: "));
  CHECK(status_of(broken.ask("/api/v1/search?q=x")) == 503);
  CHECK(status_of(broken.ask("/nothing")) == 503);
  CHECK(eventually([&] { return broken.logs("search.broken has not returned from=start()"); }));
  CHECK(broken.node.signal(SIGTERM) == 1);
  CHECK_THAT(broken.node.log(), Contains("stopping before all has started"));
}

TEST_CASE("new settings that a plugin never takes do not keep the host from stopping") {
  Broken broken("hang_reconfigure");
  broken.node.start();
  write_file(broken.node.ini(), read_file(broken.node.ini()) + "tune = 2\n");
  ::kill(broken.node.pid(), SIGHUP);
  CHECK(eventually([&] { return broken.logs("has not returned from=reconfigure()"); }));
  CHECK(status_of(broken.ask("/api/v1/search?q=x")) == 200);
  CHECK(broken.node.signal(SIGTERM) == 1);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a crash names the plugin and the request, and ends as crashes end") {
  const std::tuple<const char*, int, const char*> kCrashes[] = {
      {"segv", 128 + SIGSEGV, "segmentation fault"},
      {"abort", 128 + SIGABRT, "abort"},
      {"exit", 3, "it called exit()"},
      {"noexceptthrow", 128 + SIGABRT, "an exception that nothing could catch: no way out"},
      {"overflow", 128 + SIGSEGV, "segmentation fault"}};
  for (const auto& [query, code, how] : kCrashes) {
    Broken broken("");
    broken.node.start();
    CHECK(broken.ask(std::string("/api/v1/search?q=") + query).empty());
    CHECK(broken.node.signal(0) == code);
    CHECK_THAT(broken.node.log(),
               Contains("error host crashed in search.broken (GET /api/v1/search, request ") &&
                   Contains(std::string("): ") + how));
  }
  Broken broken("");
  broken.node.start();
  CHECK(broken.ask("/api/v1/search?q=ownthread").empty());
  CHECK(broken.node.signal(0) == 128 + SIGABRT);
  CHECK_THAT(broken.node.log(),
             Contains("error host crashed in search.broken (a thread of its own): "
                      "an exception that nothing could catch: thread boom"));
}
#endif

TEST_CASE("a search that cannot be fed is faulty, with the reason, and nobody else is") {
  const std::pair<const char*, const char*> kFaults[] = {{"throw_apply", "apply boom"},
                                                         {"fail_apply", "apply has no space"},
                                                         {"conflict_apply", "stands elsewhere"},
                                                         {"throw_follower", "follower boom"}};
  for (const auto& [fault, cause] : kFaults) {
    Broken broken(fault);
    broken.node.start();
    broken.enroll();
    CHECK(eventually([&] { return broken.report().state == "faulty"; }));
    CHECK_THAT(broken.report().reason, Contains("is held up: "));
    CHECK_THAT(broken.node.log(), Contains(cause));
    CHECK_THAT(run_program({"status", "--config", broken.node.ini().string()}).output,
               Contains("faulty") && Contains("is held up: "));
    CHECK_THAT(broken.ask("/api/v1/status"), Contains("faulty") && !Contains("held up"));
    CHECK(broken.node.signal(SIGTERM) == 0);
  }
}

TEST_CASE("a batch that is never applied is overdue, and so is a task") {
  Broken broken("hang_apply, slow_task");
  broken.node.start();
  broken.enroll();
  CHECK(eventually([&] { return broken.report().overdue >= 2; }));
  CHECK(broken.report().state == "faulty");
  CHECK(eventually([&] { return broken.logs("search.broken has not returned from=apply()"); }));
  CHECK(broken.logs("search.broken has not returned from=\"a scheduled task\""));
  CHECK_THAT(broken.ask("/metrics"),
             Contains("swapmeet_plugin_calls_overdue{plugin=\"search.broken\"} 2") &&
                 Contains("swapmeet_plugin_calls_overdue{plugin=\"registry.sqlite\"} 0"));
}

TEST_CASE("tasks that hang do not keep leases from running out") {
  Broken broken("slow_task, bad_task");
  broken.node.start();
  broken.enroll();
  const auto present = [&] {
    return from_json<StatusReport>(broken.node.get("/api/v1/status").value_or(""))
        .value_or(StatusReport{})
        .counts.value_or(swapmeet::RegistryCounts{})
        .present;
  };
  CHECK(present() == 1);
  CHECK(eventually([&] { return present() == 0; }));
}

TEST_CASE("while a plugin goes wrong in every way all else answers, and each fault is named") {
  Broken broken("bad_task, slow_task, bad_gauge, slow_gauge, bad_metric",
                "call_deadline = 1s\nworkers = 4\n");
  broken.node.start();
  std::atomic<bool> done{false};
  std::atomic<int> unanswered{0};
  std::atomic<int> told{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client)
    clients.emplace_back([&] {
      for (const auto* query : {"throw", "int", "bad", "many", "long", "bytes", "badcode", kTooMuch,
                                "block", "flac", "block"}) {
        const auto answer = broken.ask(std::string("/api/v1/search?q=") + query);
        if (answer.empty()) ++unanswered;
        if (answer.find("boom") != std::string::npos || answer.find("secret") != std::string::npos)
          ++told;
      }
      for (const auto* target : {"/api/v1/ext/broken/throws", "/api/v1/search/suggest?q=many",
                                 "/api/v1/search/suggest?q=bytes"})
        if (broken.ask(target).empty()) ++unanswered;
    });
  std::thread watching([&] {
    while (!done)
      for (const auto* target : {"/healthz", "/api/v1/status", "/metrics", "/api/v1/peers"})
        if (status_of(broken.ask(target)) != 200) ++unanswered;
  });
  for (auto& client : clients) client.join();
  done = true;
  watching.join();
  CHECK(unanswered == 0);
  CHECK(told == 0);  // nobody hears what the plugin's exceptions say
  const auto report = broken.report();
  CHECK(report.state == "faulty");
  CHECK(report.faults > 20);
  CHECK_FALSE(report.reason.empty());
  const auto metrics = broken.ask("/metrics");
  CHECK_THAT(metrics, Contains("swapmeet_plugin_faulty{plugin=\"search.broken\"} 1") &&
                          Contains("swapmeet_plugin_faults_total{plugin=\"registry.sqlite\"} 0"));
  CHECK_THAT(metrics,
             !Contains("bad name") && !Contains("broken_throws") && !Contains("broken_hangs"));
  const auto log = broken.node.log();
  for (const auto* what :
       {"search boom", "it threw something that is no exception", "the type 99", "2000 hits",
        "a name of 100000 bytes", "not UTF-8", "the code 77", "route boom", "100000 suggestions",
        "task boom", "'bad name!' is no name"})
    CHECK_THAT(log, Contains(what));
  // It is well again once it lets go of those whom it kept.
  CHECK(eventually([&] { return status_of(broken.ask("/api/v1/search?q=flac")) == 200; }));
}

TEST_CASE("a request that is not answered in time is told by whom") {
  Broken broken("", "call_deadline = 1s\n");
  broken.node.start();
  const auto late = broken.ask("/api/v1/search?q=block");
  CHECK(status_of(late) == 504);
  CHECK_THAT(late, Contains("search.broken has not answered in time"));
}
