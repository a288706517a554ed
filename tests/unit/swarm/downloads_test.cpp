#include "transfer/swarm/downloads.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "catch.h"
#include "transfer/swarm/piece_map.h"
#include "transfer/swarm/safe_name.h"

namespace swapmeet::swarm {
namespace {

struct SystemClock : Clock {
  Time now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

constexpr std::size_t kPiece = 1 << 20;

std::string bytes_of(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t seed = 7;
  for (auto& byte : bytes) byte = static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24);
  return bytes;
}

std::string layer_of(const std::string& file) {
  std::string layer;
  for (std::size_t at = 0; at < file.size(); at += kPiece) {
    const auto hash = node_hash(file.data() + at, std::min(kPiece, file.size() - at), kPiece);
    layer.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  return layer;
}

ContentId id_of(const std::string& file) {  // all leaves under one root
  std::size_t span = 16 * 1024;
  while (span < file.size()) span *= 2;
  return ContentId{node_hash(file.data(), file.size(), span)};
}

struct Origin {
  std::string file;
  bool lies = false;
  bool busy = false;
  std::atomic<std::uint64_t> served{0};
};

struct Handler : Poco::Net::HTTPRequestHandler {
  explicit Handler(Origin& served_origin) : origin(served_origin) {}
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    std::string body = origin.file;
    if (request.getURI().find("/layer") != std::string::npos) {
      body = layer_of(origin.file);
    } else if (origin.busy) {
      response.setStatusAndReason(Poco::Net::HTTPResponse::HTTP_SERVICE_UNAVAILABLE);
      body.clear();
    } else if (request.has("Range")) {
      const auto range = request.get("Range");
      const auto first = std::stoul(range.substr(6));
      const auto last = std::stoul(range.substr(range.find('-') + 1));
      body = origin.file.substr(first, last - first + 1);
      if (origin.lies) body[0] = static_cast<char>(body[0] + 1);
      response.setStatusAndReason(Poco::Net::HTTPResponse::HTTP_PARTIAL_CONTENT);
      response.set("Content-Range",
                   "bytes " + range.substr(6) + "/" + std::to_string(origin.file.size()));
      origin.served += body.size();
    }
    response.setContentLength64(static_cast<Poco::Int64>(body.size()));
    auto& out = response.send();
    if (request.getMethod() != "HEAD") out << body;
  }
  Origin& origin;
};

struct Factory : Poco::Net::HTTPRequestHandlerFactory {
  explicit Factory(Origin& served_origin) : origin(served_origin) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new Handler(origin);
  }
  Origin& origin;
};

struct Server {
  explicit Server(Origin& origin)
      : socket(Poco::Net::SocketAddress("127.0.0.1", 0)),
        server(new Factory(origin), socket, new Poco::Net::HTTPServerParams) {
    server.start();
  }
  ~Server() { server.stopAll(true); }
  Source source(std::uint8_t number) const {
    Source source;
    source.peer.bytes[0] = number;
    source.url = "http://127.0.0.1:" + std::to_string(socket.address().port()) + "/content/x";
    return source;
  }
  Poco::Net::ServerSocket socket;
  Poco::Net::HTTPServer server;
};

struct Fixture {
  Fixture() {
    char name[] = "/tmp/swarm-test-XXXXXX";
    folder = ::mkdtemp(name);
  }
  ~Fixture() { std::filesystem::remove_all(folder); }
  std::unique_ptr<DownloadQueue> open() {
    DownloadOptions options;
    options.database = folder / "downloads.db";
    options.download_folder = folder / "got";
    options.self.bytes[0] = 99;
    options.clock = &clock;
    options.first_backoff = std::chrono::milliseconds(100);
    auto queue = DownloadQueue::open(std::move(options));
    REQUIRE(queue.ok());
    return std::move(*queue);
  }
  DownloadStatus wait_for(DownloadQueue& queue, const std::string& id, DownloadState state) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      auto status = queue.get(id);
      REQUIRE(status.ok());
      if (status->state == state || std::chrono::steady_clock::now() > deadline) return *status;
      std::this_thread::yield();
    }
  }
  std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  SystemClock clock;
  std::filesystem::path folder;
};

}  // namespace

TEST_CASE("a download comes from three sources, one of which lies") {
  Fixture f;
  Origin good{bytes_of(5 * kPiece + 12345)}, liar{good.file, true};
  Server one(good), two(good), three(liar);
  auto queue = f.open();
  DownloadRequest request;
  request.content = id_of(good.file);
  request.name = "../../evil/a.bin";
  request.sources = {three.source(3), one.source(1), two.source(2)};
  auto started = queue->start(request);
  REQUIRE(started.ok());
  const auto status = f.wait_for(*queue, started->id, DownloadState::done);
  INFO(status.why);
  REQUIRE(status.state == DownloadState::done);
  CHECK(status.path == (f.folder / "got/a.bin").string());
  CHECK(f.read(status.path) == good.file);
  CHECK(queue->start(request)->id == started->id);
  std::ofstream(f.folder / "got/b.bin") << "mine";
  request.name = "b.bin";
  const auto second = f.wait_for(*queue, queue->start(request)->id, DownloadState::done);
  CHECK(second.path == (f.folder / "got/b (2).bin").string());
  CHECK(f.read((f.folder / "got/b.bin").string()) == "mine");
}

TEST_CASE("a busy source makes a download wait, and it goes on after a restart") {
  Fixture f;
  Origin origin{bytes_of(2 * kPiece + 1)};
  origin.busy = true;
  DownloadRequest request;
  request.content = id_of(origin.file);
  request.name = "c.bin";
  std::string id;
  Server server(origin);
  request.sources = {server.source(1)};
  {
    auto queue = f.open();
    auto given = request;
    id = queue->start(given)->id;
    const auto status = f.wait_for(*queue, id, DownloadState::waiting);
    CHECK(status.state == DownloadState::waiting);
    CHECK_FALSE(status.why.empty());
  }
  origin.busy = false;
  auto queue = f.open();
  CHECK(f.wait_for(*queue, id, DownloadState::done).state == DownloadState::done);
}

TEST_CASE("names from others are made safe") {
  CHECK(safe_name("../../etc/passwd") == "passwd");
  CHECK(safe_name("..") == "file");
  CHECK(safe_name("con.txt") == "_con.txt");
  CHECK(safe_name(".bashrc") == ".bashrc");
  CHECK(safe_name(std::string(300, 'a') + ".flac").size() == 255);
  CHECK(numbered_name("b.flac", 2) == "b (2).flac");
}

}  // namespace swapmeet::swarm
