// Downloads of a real peer from sources that are slow: killed, stopped, and told of other limits.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "downloader.h"

using namespace e2e;

namespace {

bool ends_in_time(Node& node) {
  const auto before = std::chrono::steady_clock::now();
  node.signal(SIGTERM);
  return std::chrono::steady_clock::now() - before < std::chrono::seconds(5);
}

// Asks for a content, reads a little and then nothing any more.
int slow_reader(const std::string& url) {
  const auto colon = url.find(':', 7);
  const auto slash = url.find('/', colon);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1, slash))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  const auto request = "GET " + url.substr(slash) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  REQUIRE(::send(socket, request.data(), request.size(), 0) ==
          static_cast<ssize_t>(request.size()));
  char bytes[1000];
  REQUIRE(::recv(socket, bytes, sizeof bytes, 0) > 0);
  return socket;
}

}  // namespace

TEST_CASE("a downloader that is killed again and again loses no more than it had not saved yet") {
  const char* wanted = std::getenv("SWAPMEET_KILLS");  // how often
  const auto rounds = static_cast<std::uint64_t>(wanted ? std::atoi(wanted) : 8);
  constexpr std::uint64_t kWindow = 4 * kMiB;  // two seconds at the speed of the sources
  Downloader peer;
  const auto file = fakes::noise((rounds + 1) * 6 * kMiB + 3);
  FakeSource one(file), two(file);
  const auto served = [&] { return one.served() + two.served(); };
  for (auto* source : {&one, &two}) source->slow_down(kMiB);
  std::mt19937 random(20261124);
  peer.node.start();
  const auto id = peer.start(one, "film.mkv", {one.source(1), two.source(2)});
  std::uint64_t kept = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto before = served();
    const auto moment = before + 5 * kMiB / 2 + random() % (3 * kMiB);
    REQUIRE(eventually([&] { return served() >= moment; }, std::chrono::seconds(60)));
    peer.node.signal(SIGKILL);
    const auto fetched = served() - before;
    CHECK_FALSE(fs::exists(peer.downloads() / "film.mkv"));
    peer.node.start();
    const auto done = peer.get(id).done;
    CAPTURE(round, kept, fetched, done);
    CHECK(done + kWindow >= kept + fetched);
    kept = std::max(kept, done);
  }
  for (auto* source : {&one, &two}) source->slow_down(0);
  REQUIRE(peer.reaches(id, DownloadState::done));
  CHECK(read_file(peer.downloads() / "film.mkv") == file);
  CHECK(served() <= file.size() + rounds * kWindow);
  CHECK(one.layers() + two.layers() <= 3);
  CHECK(std::distance(fs::directory_iterator(peer.downloads()), {}) == 1);
}

TEST_CASE("SIGTERM ends a host within five seconds while it downloads, and it goes on later") {
  Downloader peer;
  FakeSource source(fakes::noise(6 * kMiB));
  source.slow_down(kMiB);
  peer.node.start();
  const auto id = peer.start(source, "a", {source.source(1)});
  REQUIRE(eventually([&] { return peer.get(id).done >= 2 * kMiB; }));
  CHECK(ends_in_time(peer.node));
  CHECK(peer.node.log().find("left behind") == std::string::npos);
  source.slow_down(0);
  peer.node.start();
  REQUIRE(peer.reaches(id, DownloadState::done));
  CHECK(read_file(peer.downloads() / "a") == fakes::noise(6 * kMiB));
}

TEST_CASE("SIGTERM ends a host within five seconds while it serves a slow reader") {
  const Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "10s"));
  Node ann(folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann"));
  write_file(folder.path() / "ann/large.bin", random_bytes(30'000'000, 5));
  index.start();
  ann.start();
  std::string url;
  REQUIRE(eventually([&] {
    const auto hits = index.get("/api/v1/search?q=large");
    const auto page =
        hits ? from_json<swapmeet::SearchPage>(*hits).value_or({}) : swapmeet::SearchPage{};
    if (page.hits.empty()) return false;
    const auto body = index.get("/api/v1/contents/" + page.hits[0].content.text());
    const auto record =
        body ? from_json<swapmeet::ContentRecord>(*body).value_or({}) : swapmeet::ContentRecord{};
    if (!record.sources.empty()) url = record.sources[0].url;
    return !url.empty();
  }));
  const int reader = slow_reader(url);
  REQUIRE(eventually(
      [&] { return ann.get("/api/v1/uploads")->find("large.bin") != std::string::npos; }));
  CHECK(ends_in_time(ann));
  CHECK(ann.log().find("left behind") == std::string::npos);
  ::close(reader);
}

TEST_CASE("SIGTERM ends a host within five seconds while its index hangs") {
  Downloader peer;
  Node index(peer.folder.path(), "index", index_ini(peer.folder.path(), peer.address, "10s"));
  FakeSource source(fakes::noise(8 * kMiB));
  source.slow_down(kMiB / 2);
  index.start();
  peer.node.start();
  const auto id = peer.start(source, "a", {source.source(1)});
  REQUIRE(eventually([&] { return peer.get(id).done > 0; }));
  ::kill(index.pid(), SIGSTOP);
  REQUIRE(peer.node.call("POST", "/api/v1/downloads/" + id + "/pause").ok());
  REQUIRE(peer.node.call("POST", "/api/v1/downloads/" + id + "/resume").ok());  // asks again
  REQUIRE(peer.reaches(id, DownloadState::running));
  CHECK(ends_in_time(peer.node));
  CHECK(peer.node.log().find("left behind") == std::string::npos);
  index.signal(SIGKILL);
}

TEST_CASE("SIGHUP changes the limits of downloads at once, and says what needs a restart") {
  Downloader peer("max_downloads = 1\n");
  FakeSource source(fakes::noise(8 * kMiB));
  source.slow_down(kMiB / 2);
  peer.node.start();
  const auto first = peer.start(source, "1", {source.source(1)});
  const auto second = peer.start(source, "2", {source.source(1)});
  REQUIRE(peer.reaches(first, DownloadState::running));
  CHECK(peer.get(second).state == DownloadState::queued);
  write_file(peer.node.ini(), peer.ini + "max_downloads = 2\n");
  ::kill(peer.node.pid(), SIGHUP);
  CHECK(peer.reaches(second, DownloadState::running));
  write_file(peer.node.ini(), peer.ini + "max_downloads = 2\nannounce_address = 127.0.0.1\n");
  ::kill(peer.node.pid(), SIGHUP);
  CHECK(eventually(
      [&] { return peer.node.log().find("[transfer] announce_address") != std::string::npos; }));
}

TEST_CASE("SIGHUP lifts a limit of downloads at once") {
  const std::string key = GENERATE("download_limit", "download_limit_per_peer");
  CAPTURE(key);
  Downloader peer(key + " = 100k\n");  // 64 MiB would take eleven minutes
  const FakeSource source(fakes::noise(64 * kMiB));
  peer.node.start();
  const auto id = peer.start(source, "1", {source.source(1)});
  REQUIRE(eventually([&] { return source.served() > 0; }));
  CHECK(peer.get(id).state == DownloadState::running);
  write_file(peer.node.ini(), peer.ini);
  ::kill(peer.node.pid(), SIGHUP);
  CHECK(peer.reaches(id, DownloadState::done));
}

TEST_CASE("what came from whom, and how much went both ways, is remembered across restarts") {
  Downloader peer;
  const FakeSource source(fakes::noise(3 * kMiB));
  write_file(peer.folder.path() / "shared/own.txt", "mine");
  peer.node.start();
  auto ann = source.source(1);
  ann.name = "ann";
  const auto id = peer.start(source, "1", {ann});
  REQUIRE(peer.reaches(id, DownloadState::done));
  const auto report = [&] {
    const auto body = peer.node.get("/api/v1/status");
    auto status = body ? from_json<swapmeet::wire::StatusReport>(*body) : body.error();
    return status ? *status : swapmeet::wire::StatusReport{};
  };
  // One fetches from it, too.
  REQUIRE(eventually([&] {
    const auto body = peer.node.get("/api/v1/shares");
    return body && body->find("\"files\":1") != std::string::npos;
  }));
  const auto own = run_command({"curl", "-sS", "--noproxy", "*",
                                "http://" + report().content_address + "/content/" +
                                    std::string("") + fakes::FakeSource("mine").content().text()});
  CHECK(own.output == "mine");
  REQUIRE(eventually([&] { return report().transferred && report().transferred->sent == 4; }));
  const auto before = *report().transferred;
  CHECK(before.received == 3 * kMiB);
  CHECK(before.requests == 1);

  for (const int how : {SIGTERM, SIGKILL}) {
    peer.node.signal(how);
    peer.node.start();
    CHECK(report().transferred == before);
    const auto kept = peer.get(id);
    CHECK(kept.state == DownloadState::done);
    CHECK(kept.finished);
    REQUIRE(kept.sources.size() == 1);
    CHECK(kept.sources[0].name == "ann");
    CHECK(kept.sources[0].peer == ann.peer);
    CHECK(kept.sources[0].bytes == 3 * kMiB);
  }
}
