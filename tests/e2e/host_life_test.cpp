// The life of a host as an operator sees it: start, stop, daemon, reload, and what the log says.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;

namespace {

// A connection that says something and then neither sends nor reads.
class Rude {
 public:
  Rude(const std::string& url, const std::string& bytes)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int small = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  ~Rude() { ::close(socket_); }
  Rude(const Rude&) = delete;
  Rude& operator=(const Rude&) = delete;
  std::string hear() const {
    char bytes[4096];
    const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
    return {bytes, static_cast<std::size_t>(n > 0 ? n : 0)};
  }

 private:
  int socket_;
};

struct Index {
  Folder folder;
  Node node;
  explicit Index(const std::string& more_of_host = "")
      : node(folder.path(), "index", ini(more_of_host, "")) {}
  std::string ini(const std::string& more_of_host, const std::string& more_of_http) const {
    auto text = index_ini(folder.path(), "127.0.0.1:0", "30s");
    text.replace(text.find("[http]\n"), 7, more_of_host + "[http]\n" + more_of_http);
    return text;
  }
  std::vector<std::string> run_words() const { return {"run", "--config", node.ini().string()}; }
};

std::string first_word(const fs::path& file) {
  const auto text = read_file(file);
  return text.substr(0, text.find_first_of("\n "));
}

}  // namespace

TEST_CASE("SIGTERM ends a peer in time with transfers running and rude clients attached") {
  const Folder folder;
  const auto share = folder.path() / "ann";
  write_file(share / "large.bin", random_bytes(40'000'000, 3));
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "30s"));
  Node ann(folder.path(), "ann", peer_ini(folder.path(), "ann", "http://" + address, share));
  index.start();
  ann.start();
  swapmeet::SearchPage page;
  REQUIRE(eventually([&] {
    auto body = index.get("/api/v1/search?q=large");
    if (body)
      page =
          swapmeet::wire::from_json<swapmeet::SearchPage>(*body).value_or(swapmeet::SearchPage{});
    return page.hits.size() == 1;
  }));
  const auto content = page.hits[0].content.text();
  const auto body = index.get("/api/v1/contents/" + content);
  REQUIRE(body.ok());
  const auto begin = body->find("http://127.0.0.1:");
  REQUIRE(begin != std::string::npos);
  const auto url = body->substr(begin, body->find("/content/", begin) - begin);
  std::vector<std::unique_ptr<Rude>> crowd;
  for (int i = 0; i < 10; ++i)
    for (const std::string& bytes : {"GET /content/" + content + " HTTP/1.1\r\nHost: x\r\n\r\n",
                                     std::string("GET / HT"), std::string()})
      crowd.push_back(std::make_unique<Rude>(url, bytes));
  for (int i = 0; i < 10; ++i) crowd.push_back(std::make_unique<Rude>(ann.url(), "GET /api"));
  CHECK_THAT(crowd[0]->hear(), Contains("200 OK"));  // it runs
  const auto before = std::chrono::steady_clock::now();
  CHECK(ann.signal(SIGTERM) == 0);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK_THAT(ann.log(), Contains("host stopped"));
}

TEST_CASE("a host told to stop while it starts stops, and starts again") {
  Index index;
  for (int i = 0; i < 6; ++i) {
    fs::remove(index.node.data() / "lock");
    index.node.launch();
    REQUIRE(eventually([&] { return fs::exists(index.node.data() / "lock"); }));  // it has begun
    CHECK(index.node.signal(i % 2 ? SIGTERM : SIGINT) == 0);
  }
  index.node.start();
  CHECK(index.node.signal(SIGTERM) == 0);
}

TEST_CASE(
    "a daemon writes its pid, logs to a file, keeps its data folder, and ends without a trace") {
  Index index;
  const auto pidfile = index.folder.path() / "host.pid";
  auto words = index.run_words();
  for (const auto& word : {std::string("--daemon"), "--pidfile=" + pidfile.string()})
    words.push_back(word);
  const auto started = run_program(words);
  CHECK(started.code == 0);
  const auto log = fs::path(index.node.data().string() + ".log");
  CHECK_THAT(started.output, Contains("logging to " + log.string()));
  REQUIRE(eventually([&] { return index.node.get("/healthz").ok(); }));
  const auto pid = static_cast<pid_t>(std::stoi("0" + first_word(pidfile)));
  REQUIRE(pid > 1);
  for (const auto& again : {index.run_words(), words}) {
    const auto refused = run_program(again);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.output, Contains("another host is running on this data folder"));
  }
  CHECK(index.node.get("/healthz").ok());
  REQUIRE(::kill(pid, SIGTERM) == 0);
  CHECK(eventually([&] { return !fs::exists(pidfile); }));
  CHECK(eventually([&] { return read_file(log).find("host stopped") != std::string::npos; }));
  CHECK_FALSE(fs::exists(index.node.data() / "http.address"));
}

TEST_CASE("a daemon leaves its terminal when it is ready, and says there why it cannot start") {
  Index index;
  auto words = index.run_words();
  words.emplace_back("--daemon");
  REQUIRE(run_program(words).code == 0);
  CHECK(index.node.get("/healthz").ok());  // at once
  const Folder other;
  auto text = index_ini(other.path(), index.node.url().substr(7), "30s");
  write_file(other.path() / "index.ini", text);
  const auto refused =
      run_program({"run", "--daemon", "-c", (other.path() / "index.ini").string()});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.output, Contains("is taken by another program"));
  const auto pid = std::stoi("0" + first_word(index.node.data() / "lock"));
  REQUIRE(pid > 1);
  REQUIRE(::kill(pid, SIGTERM) == 0);
  CHECK(eventually([&] { return !fs::exists(index.node.data() / "http.address"); }));
}

TEST_CASE("whoever started the host is told when it is ready, reads its settings anew, and stops") {
  Index index;
  const auto place = index.folder.path() / "notify";
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  place.string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const timeval patience{60, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto heard = [&] {
    char bytes[1024];
    const auto n = ::recv(socket, bytes, sizeof bytes, 0);
    return std::string(bytes, static_cast<std::size_t>(n > 0 ? n : 0));
  };
  index.node.run_under({"env", "NOTIFY_SOCKET=" + place.string()});
  index.node.launch();
  CHECK(heard() == "STATUS=starting");
  const auto ready = heard();
  CHECK(ready == "READY=1\nSTATUS=listening on " + index.node.url().substr(7));
  REQUIRE(::kill(index.node.pid(), SIGHUP) == 0);
  CHECK_THAT(heard(), Catch::Matchers::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  CHECK_THAT(heard(), Catch::Matchers::StartsWith("READY=1"));
  CHECK(index.node.signal(SIGTERM) == 0);
  CHECK_THAT(heard(), Catch::Matchers::StartsWith("STOPPING=1"));
  ::close(socket);
}

TEST_CASE("a daemon that cannot start says so on its terminal") {
  const Folder folder;
  write_file(folder.path() / "x.ini", "[host]\nname = x\ndata = d\nlog_file = /proc/no/x.log\n");
  const auto outcome =
      run_program({"run", "--daemon", "--config", (folder.path() / "x.ini").string()});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output, Contains("[host] log_file: /proc/no/x.log cannot be written"));
}

TEST_CASE("SIGHUP changes log and limits at once, and says of the rest that it needs a restart") {
  Index index;
  index.node.start();
  auto changed = index.ini("log_level = debug\n", "max_connections = 1\nworkers = 3\n");
  changed.replace(changed.find("lease = 30s"), 11, "lease = 40s");
  changed += "[extension.more]\nplugin = more\n";
  write_file(index.node.ini(), changed);
  ::kill(index.node.pid(), SIGHUP);
  REQUIRE(eventually([&] { return index.node.log().find("reloaded") != std::string::npos; }));
  for (const auto* key : {"[http] workers", "[registry] lease", "[extension.more] plugin"})
    CHECK_THAT(index.node.log(),
               Contains("takes effect at the next start key=\"index.ini " + std::string(key)));
  // With the one place taken, the next client is turned away.
  CHECK(eventually([&] {
    const Rude first(index.node.url(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    if (first.hear().find("200 OK") == std::string::npos) return false;
    return Rude(index.node.url(), "").hear().find("503") != std::string::npos;
  }));
  CHECK_THAT(index.node.log(), Contains(" debug "));
  write_file(index.node.ini(), "[host]\nnonsense\n");
  ::kill(index.node.pid(), SIGHUP);
  CHECK(eventually(
      [&] { return index.node.log().find("everything stays as it was") != std::string::npos; }));
  CHECK(index.node.signal(SIGTERM) == 0);
}

TEST_CASE(
    "a limit beside a refused value is not applied, and status and log say what is in force") {
  const Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "30s"));
  const auto bytes = random_bytes(300'000, 3);
  write_file(folder.path() / "ann/file.bin", bytes);
  const auto ini = peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann");
  Node ann(folder.path(), "ann", ini);
  index.start();
  ann.start();
  std::string url;  // of the file, at ann's
  REQUIRE(eventually([&] {
    const auto found =
        from_json<swapmeet::SearchPage>(index.get("/api/v1/search?q=file").value_or(""));
    if (!found || found->hits.size() != 1) return false;
    const auto content = found->hits[0].content.text();
    const auto record =
        from_json<swapmeet::ContentRecord>(index.get("/api/v1/contents/" + content).value_or(""));
    if (!record || record->sources.empty()) return false;
    url = record->sources[0].url;
    return true;
  }));
  write_file(ann.ini(), ini + "upload_limit = 100\nignore = !x\n");
  ::kill(ann.pid(), SIGHUP);
  REQUIRE(eventually([&] { return ann.log().find("reloaded in part") != std::string::npos; }));
  CHECK_THAT(ann.log(), Contains("ann.ini [transfer] ignore: "));
  CHECK_THAT(ann.log(), !Contains("ann.ini [transfer] upload_limit"));
  const auto status = run_program({"status", "--config", ann.ini().string()}).output;
  CHECK_THAT(status, Contains("in part: values were refused"));
  CHECK_THAT(status, Contains("; the section stays as it was"));
  CHECK_THAT(index.get("/api/v1/status").value_or(""), !Contains("reload"));
  const auto got = folder.path() / "got";  // with the limit it would take 50 minutes
  CHECK(run_command(
            {"curl", "-sS", "-f", "--noproxy", "*", "--max-time", "60", "-o", got.string(), url})
            .code == 0);
  CHECK(read_file(got) == bytes);
  // Once the value is right, both are in force.
  write_file(ann.ini(), ini + "upload_limit = 100M\nignore = x\nhash_threads = 1\n");
  ::kill(ann.pid(), SIGHUP);
  REQUIRE(eventually([&] {
    return run_program({"status", "--config", ann.ini().string()}).output.find("restart") !=
           std::string::npos;
  }));
  const auto after = run_program({"status", "--config", ann.ini().string()}).output;
  CHECK_THAT(after, Contains("in force ann.ini [transfer] upload_limit"));
  CHECK_THAT(after, Contains("in force ann.ini [transfer] ignore"));
  CHECK_THAT(after, Contains("restart  ann.ini [transfer] hash_threads"));
}

TEST_CASE("no secret reaches the log, even at debug") {
  const Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "30s"));
  fs::create_directories(folder.path() / "ann");
  auto ini = peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann");
  ini.replace(ini.find("[http]"), 6, "log_level = debug\n[http]");
  Node ann(folder.path(), "ann", ini);
  index.start();
  ann.start();
  REQUIRE(ann.get("/api/v1/shares").ok());
  REQUIRE(eventually([&] { return ann.log().find("registered") != std::string::npos; }));
  const std::string secrets = "password-1234";
  static_cast<void>(ann.get("/api/v1/peers?token=" + secrets));
  static_cast<void>(
      ann.call("POST", "/api/v1/sessions", R"({"name":"x","password":")" + secrets + R"("})"));
  REQUIRE(eventually([&] { return ann.log().find("/api/v1/sessions") != std::string::npos; }));
  CHECK_THAT(ann.log(), Contains(" debug http request method=GET path=/api/v1/shares"));
  CHECK_THAT(ann.log(), !Contains(secrets));
  CHECK_THAT(ann.log(), !Contains(first_word(ann.data() / "api.token")));
  CHECK_THAT(ann.log(), !Contains(first_word(ann.data() / "registration.token")));
}

TEST_CASE("a plugin that does not stop is left behind, and the process still ends") {
  const char* bin = std::getenv("SWAPMEET_BIN");
  REQUIRE(bin);
  Index index("plugins = " + std::string(bin) + "/plugins, " + bin + "/fixtures\n");
  write_file(index.node.ini(),
             read_file(index.node.ini()) + "[extension.hang]\nplugin = hangs_in_stop\n");
  index.node.start();
  CHECK(index.node.signal(SIGTERM) == 1);
  CHECK_THAT(index.node.log(), Contains("does not stop and is left behind"));
  CHECK_THAT(index.node.log(), Contains("plugin=extension.hangs_in_stop"));
}

TEST_CASE("check tells every mistake with file, section, key, cause and remedy") {
  const Folder folder;
  const auto file = folder.path() / "x.ini";
  const auto check = [&](const std::string& text) {
    write_file(file, text);
    const auto outcome = run_program({"check", "--config", file.string()});
    CHECK(outcome.code == 1);
    return outcome.output;
  };
  const auto lines =
      check("[host]\nname = x ; me\nname = y\nname = z\n[http] junk\n[auth\nwords\n= 1\n[host]\n");
  for (const char* part :
       {"line 2: [host] name: a comment goes on a line of its own", "line 4: [host] name stands",
        "line 5: ' junk' after the section", "line 6: a section ends with ']'",
        "line 7: 'words' is no section", "line 8: there is no key", "line 9: [host] stands twice"})
    CHECK_THAT(lines, Contains(part));
  const auto keys = check(
      "[host]\nnme = x\nlog_level = loud\nlog_size = 1\n[http]\nlisten = here\nworkers = "
      "0\n[serach]\nplugin = memory\n[registry]\nlease = 1s\n");
  for (const char* part :
       {"x.ini [host] nme: is not a key here; did you mean 'name'?",
        "x.ini [host] log_level:", "x.ini [host] log_size:", "x.ini [host] data: is missing",
        "x.ini [http] listen:", "x.ini [http] workers: 0 is below the minimum 1",
        "x.ini [serach]: there is no such section", "x.ini [registry] plugin: is missing"})
    CHECK_THAT(keys, Contains(part));
  const auto things = check(
      "[host]\nname = x\ndata = /dev/null/data\n[http]\nlisten = example.org:1\naccess = "
      "public\n[auth]\nplugin = opn\n[registry]\nplugin = sqlite\nleese = 1m\n[search]\nplugin = "
      "./none.so\n");
  for (const char* part : {"x.ini [http] listen: example.org is no IP address",
                           "x.ini [host] data: /dev/null is no folder",
                           "x.ini [auth] plugin: there is no auth plugin 'opn'",
                           "x.ini [registry] leese:", "none.so: there is no such file"})
    CHECK_THAT(things, Contains(part));
  CHECK_THAT(check(""), Contains("x.ini [host] name: is missing"));
}
