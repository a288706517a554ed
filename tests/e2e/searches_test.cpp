// Several searches of one host, and searches that take another's place while it runs.
#include <signal.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/plugins.h"

using namespace e2e;
using Catch::Matchers::Contains;
using namespace swapmeet;
using Names = std::vector<std::string>;

namespace {

constexpr int kListings = 50;

std::string faulty() { return (program().parent_path() / "fixtures/search_faulty.so").string(); }
std::string single() { return (program().parent_path() / "fixtures/search_single.so").string(); }

// An index at which a peer that is only spoken for has announced fifty songs.
struct Index {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node node;

  explicit Index(const std::string& search) : node(folder.path(), "index", ini(search)) {
    node.start();
    announce();
  }
  // `search`: what follows "plugin = ".
  std::string ini(const std::string& search) const {
    auto text = index_ini(folder.path(), address, "1h", search);
    return text.insert(text.find("access = public"), "workers = 2\n");
  }
  void rewrite(const std::string& search) const { write_file(node.ini(), ini(search)); }

  void announce() {
    const std::string peer = "/api/v1/peers/00112233445566778899aabbccddeeff";
    auto enrolled = node.call("PUT", peer, R"({"name":"dora","port":6699})");
    REQUIRE(enrolled.ok());
    const auto token = wire::from_json<Enrolled>(*enrolled)->token;
    std::string lines = R"({"feed":"cat1","base":0,"upto":)" + std::to_string(kListings) + "}\n";
    for (int i = 1; i <= kListings; ++i) {
      const auto number = std::to_string(i);
      lines += R"({"op":"put","revision":)" + number + R"(,"path":"music/song )" + number +
               R"(.flac","content":")" + std::string(64 - number.size(), '0') + number +
               R"(","size":1234,"modified":"2026-01-01T00:00:00Z"})" + '\n';
    }
    const auto file = folder.path() / "changes.ndjson";
    write_file(file, lines);
    const auto outcome =
        run_command({"curl", "-s", "-f", "-X", "POST", node.url() + peer + "/changes", "-H",
                     "Swapmeet-Peer-Token: " + token, "-H", "Content-Type: application/x-ndjson",
                     "--data-binary", "@" + file.string()});
    INFO(outcome.output);
    REQUIRE(outcome.code == 0);
    REQUIRE(eventually([&] { return found().total == kListings; }));
  }
  SearchPage found() {
    const auto body = node.get("/api/v1/search?q=song&limit=1000");
    return body ? *wire::from_json<SearchPage>(*body) : SearchPage{};
  }
  void read_again() const { ::kill(node.pid(), SIGHUP); }
  Result<std::string> reload() { return node.call("POST", "/api/v1/plugins/reload?kind=search"); }
  Names searches() {
    Names ids;
    for (const auto& plugin : status().plugins)
      if (plugin.kind == "search") ids.push_back(plugin.id + ' ' + plugin.state);
    return ids;
  }
  wire::StatusReport status() {
    return *wire::from_json<wire::StatusReport>(*node.get("/api/v1/status"));
  }
  // Names in the data folder that contain this.
  Names data(const std::string& part) const {
    Names names;
    for (const auto& entry : fs::directory_iterator(node.data()))
      if (entry.path().filename().string().find(part) != std::string::npos)
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::size_t entries_of_process(const char* what) const {
    const auto folder_of = fs::path("/proc") / std::to_string(node.pid()) / what;
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_of), fs::directory_iterator()));
  }
};

// Searches without pause; whatever is not all there is, is a failure.
class Clients {
 public:
  Clients(Index& index, int count) {
    for (int i = 0; i < count; ++i)
      threads_.emplace_back([this, url = index.node.url()] {
        wire::ClientOptions options;
        options.url = url;
        options.timeout = std::chrono::seconds(60);
        wire::Client client(options);
        while (!ended_) ask(client);
      });
  }
  Names failures() {
    end();
    return failures_;
  }
  int answered() const { return answered_; }
  ~Clients() { end(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

 private:
  void ask(wire::Client& client) {
    auto reply = client.request("GET", "/api/v1/search?q=song&limit=7", "");
    const auto page =
        reply ? wire::from_json<SearchPage>(reply->body) : Result<SearchPage>(reply.error());
    ++answered_;
    if (page && page->total == kListings && page->hits.size() == 7) return;
    const std::lock_guard lock(mutex_);
    failures_.push_back(page ? "of " + std::to_string(page->total) : page.error().message);
  }
  void end() {
    ended_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  std::atomic<bool> ended_{false};
  std::atomic<int> answered_{0};
  std::mutex mutex_;
  Names failures_;
  std::vector<std::thread> threads_;
};

void check_ten_swaps(const std::string& search) {
  INFO(search);
  Index index(search);
  REQUIRE(index.reload().ok());  // what the first one brings with it counts as there
  const auto threads = [&] { return index.entries_of_process("task"); };
  const auto files = [&] { return index.entries_of_process("fd"); };
  REQUIRE(eventually([&] { return index.data("search.").size() >= 2; }));
  const auto threads_before = threads();
  const auto files_before = files();
  {
    Clients clients(index, 8);
    for (int swap = 0; swap < 10; ++swap) {
      const auto before = clients.answered();
      const auto reloaded = index.reload();
      INFO((reloaded ? *reloaded : reloaded.error().message));
      REQUIRE(reloaded.ok());
      REQUIRE(eventually([&] { return clients.answered() >= before + 8; }));
    }
    CHECK(clients.failures() == Names{});
  }
  // Workers come as they are needed, five at most; ten swaps that left one each would be more.
  constexpr std::size_t kMostWorkers = 5;
  CHECK(eventually([&] { return threads() <= threads_before + kMostWorkers; }));
  CHECK(eventually([&] { return files() <= files_before; }));
  CHECK(index.data(".alive").size() == (search == faulty() ? 1 : 0));
  CHECK(index.data("@").size() == 1);
  CHECK(index.searches().size() == 1);
  // The next start puts the data where they were, and begins from them.
  CHECK(index.node.signal(SIGTERM) == 0);
  index.node.start();
  CHECK(index.data("@") == Names{});
  CHECK(index.data(".folder") == Names{});
  CHECK(eventually([&] { return index.found().total == kListings; }));
}

}  // namespace

TEST_CASE("eight clients search while search.memory is replaced ten times, and none notices") {
  check_ten_swaps("memory");
}

TEST_CASE("eight clients search while search.fts is replaced ten times, and none notices") {
  check_ten_swaps("fts");
}

TEST_CASE(
    "eight clients search while one's own search is replaced ten times, and each object goes") {
  check_ten_swaps(faulty());
}

TEST_CASE("a search that does not start, or does not catch up, takes nobody's place") {
  Index index(faulty());
  const std::pair<const char*, const char*> faults[] = {
      {"check", "fault: this one is refused"},
      {"start", "there is no disk in this machine"},
      {"apply", "has not caught up with the registry in time: it stands at revision 0 of"}};
  for (const auto& [fault, why] : faults) {
    INFO(fault);
    index.rewrite(faulty() + "\ncatch_up = 2s\nfault = " + fault);
    index.read_again();
    CHECK(eventually([&, why = why] {
      const auto reload = index.status().reload;
      return reload && reload->refused.size() == 1 &&
             reload->refused.front().find(why) != std::string::npos;
    }));
    const auto reloaded = index.reload();
    REQUIRE_FALSE(reloaded.ok());
    CHECK_THAT(reloaded.error().message, Contains(why));
    if (std::string(fault) == "apply")
      CHECK_THAT(reloaded.error().message, Contains("the disk is full"));
    CHECK(index.found().total == kListings);
    CHECK(index.searches() == Names{"search.faulty started"});
    CHECK(index.data(".alive").size() == 1);
    CHECK(index.data("@") == Names{});
    CHECK_THAT(*index.node.get("/metrics"), Contains("swapmeet_faulty_listings 50"));
  }
  CHECK_THAT(index.node.log(), Contains("not replaced"));
}

TEST_CASE("a search that cannot run twice says that it needs a restart, and goes on") {
  Index index(single());
  const auto reloaded = index.reload();
  REQUIRE_FALSE(reloaded.ok());
  CHECK_THAT(reloaded.error().message, Contains("may_run_twice") && Contains("restart"));
  CHECK(index.found().total == kListings);
}

TEST_CASE("after SIGHUP another search is in place of the first, and then both are one") {
  Index index("memory");
  const auto follows = [&](const std::string& search, const Names& searches) {
    index.rewrite(search);
    index.read_again();
    CHECK(eventually([&] { return index.searches() == searches; }));
    CHECK(index.found().total == kListings);
    CHECK(index.found().hits.size() == kListings);
    CHECK(index.found().left_out.empty());
  };
  follows("fts", {"search.fts started"});
  follows("memory, fts", {"search.fts started", "search.memory started"});
  follows("memory", {"search.memory started"});
}

TEST_CASE("one of two searches that fails costs its own hits, and the answer names it") {
  for (const std::string fault : {"throw", "block"}) {
    Index index("memory, " + faulty() + "\ndeadline = 1s\n[search.faulty]\nfault = nothing");
    index.rewrite("memory, " + faulty() + "\ndeadline = 1s\n[search.faulty]\nfault = " + fault);
    REQUIRE(index.reload().ok());
    const auto page = index.found();
    CHECK(page.hits.size() == kListings);
    CHECK(page.has_more);
    CHECK(page.left_out == Names{fault == "throw" ? "search.faulty failed"
                                                  : "search.faulty did not answer in time"});
    const auto told = run_program({"search", "song", "--config", index.node.ini().string()});
    CHECK(told.code == 0);
    CHECK_THAT(told.output, Contains("Left out: search.faulty"));
    CHECK_THAT(*index.node.get("/metrics"), Contains("swapmeet_search_left_out_total"));
    CHECK(index.node.signal(SIGTERM) >= 0);
  }
}

TEST_CASE("a shadow is tried with real queries, compared, and its faults are nobody's") {
  Index index("memory\nshadow_share = 100\nshadow = " + faulty());
  const auto report = [&] {
    const auto body = index.node.get("/api/v1/plugins/shadow");
    return body ? *wire::from_json<wire::ShadowReport>(*body) : wire::ShadowReport{};
  };
  CHECK(eventually([&] { return index.found().total == kListings && report().same > 0; }));
  CHECK(report().id == "search.faulty");
  CHECK(report().failed == 0);
  // Another one is tried, which finds nothing; then one that throws, and one that does not start.
  const auto other = [&](const std::string& fault) {
    index.rewrite("memory\nshadow_share = 100\nshadow = " + faulty() +
                  "\n[search.faulty]\nfault = " + fault);
    return index.node.call("POST", "/api/v1/plugins/reload?kind=shadow");
  };
  REQUIRE(other("nothing").ok());
  CHECK(eventually([&] { return index.found().total == kListings && report().compared > 0; }));
  CHECK(report().same == 0);
  CHECK(report().overlap == 0);
  const auto told = run_program({"plugins", "shadow", "--config", index.node.ini().string()});
  CHECK(told.code == 0);
  CHECK_THAT(told.output, Contains("search.faulty 1.0 is tried with 100 of 100 queries"));
  CHECK_THAT(told.output, Contains("song  (0 % in both)"));
  REQUIRE(other("throw").ok());
  CHECK(eventually([&] { return index.found().total == kListings && report().failed > 0; }));
  CHECK(index.searches() == Names{"search.memory started"});
  const auto refused = other("start");
  REQUIRE_FALSE(refused.ok());
  CHECK_THAT(refused.error().message, Contains("there is no disk in this machine"));
  CHECK(run_program({"plugins", "shadow", "--config", index.node.ini().string()}).code == 3);
  CHECK(index.found().total == kListings);
  CHECK(index.data(".alive").empty());
}
