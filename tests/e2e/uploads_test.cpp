// What a peer gives to whom: limits and the queue, with real programs on both sides.
#include <signal.h>

#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::UploadStatus;
using swapmeet::wire::from_json;

namespace {

// Ann shares one file, so slowly that it takes hours; bob wants it.
struct Crowded {
  explicit Crowded(const std::string& more) {
    write_file(folder.path() / "ann/large.bin", bytes);
    fs::create_directories(folder.path() / "bob");
    write_file(ann.ini(), ann_ini + "upload_limit = 1000\n" + more);
    index.start();
    ann.start();
    bob.start();
    REQUIRE(eventually([&] { return find(); }));
  }
  ~Crowded() {
    if (curl.joinable()) {
      stop_limiting();
      curl.join();
    }
  }

  bool find() {
    const auto hits = index.get("/api/v1/search?q=large");
    const auto page = hits ? from_json<swapmeet::SearchPage>(*hits) : hits.error();
    if (!page || page->hits.size() != 1) return false;
    content = page->hits[0].content;
    const auto body = index.get("/api/v1/contents/" + content.text());
    const auto record = body ? from_json<swapmeet::ContentRecord>(*body) : body.error();
    if (!record || record->sources.empty()) return false;
    url = record->sources[0].url;
    return true;
  }

  std::vector<UploadStatus> uploads() {
    const auto answer = ann.get("/api/v1/uploads");
    return answer ? from_json<std::vector<UploadStatus>>(*answer).value_or({})
                  : std::vector<UploadStatus>{};
  }
  // Somebody fetches the file, and has got a little of it.
  void occupy() {
    curl = std::thread([this] {
      run_command(
          {"curl", "-sS", "-f", "--noproxy", "*", "-o", (folder.path() / "got").string(), url});
    });
    REQUIRE(eventually([&] { return !uploads().empty() && uploads()[0].done > 0; }));
  }
  void stop_limiting() const {
    write_file(ann.ini(), ann_ini);
    ::kill(ann.pid(), SIGHUP);
  }
  bool fetched() {
    curl.join();
    return read_file(folder.path() / "got") == bytes;
  }

  Folder folder;
  const std::string bytes = random_bytes(20'000'000, 5);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  const std::string ann_ini =
      peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann");
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann{folder.path(), "ann", ""};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};
  swapmeet::ContentId content;
  std::string url;
  std::thread curl;
};

}  // namespace

TEST_CASE("a limit that is lifted lets what is being sent go on at once") {
  Crowded c("");
  c.occupy();
  CHECK(c.uploads()[0].done < 1'000'000);
  c.stop_limiting();
  CHECK(c.fetched());
}

TEST_CASE("when the upload slots are taken, a download and curl wait in the queue") {
  Crowded c("upload_slots = 1\n");
  c.occupy();
  swapmeet::DownloadRequest request;
  request.content = c.content;
  const auto started = c.bob.call("POST", "/api/v1/downloads", swapmeet::wire::to_json(request));
  REQUIRE(started.ok());
  const auto id = from_json<DownloadStatus>(*started)->id;
  const auto status = [&] {
    const auto answer = c.bob.get("/api/v1/downloads/" + id);
    return answer ? from_json<DownloadStatus>(*answer).value_or({}) : DownloadStatus{};
  };
  REQUIRE(eventually([&] { return status().why == "waits at ann, place 1 in the queue"; }));
  REQUIRE(eventually([&] { return c.uploads().size() == 2 && c.uploads()[1].place == 1; }));

  const auto told = run_command({"curl", "-sS", "-i", "--noproxy", "*", "-r", "0-9", c.url}).output;
  CHECK_THAT(told, Contains("HTTP/1.1 503 ") && Contains("Retry-After: 2\r\n") &&
                       Contains("Swapmeet-Queue-Place: 2\r\n") && Contains("\"place\":2"));
  const auto shown = run_program({"uploads", "--config", c.ann.ini().string()});
  CHECK_THAT(shown.output, Contains("waits, place 2"));

  c.stop_limiting();
  CHECK(c.fetched());
  REQUIRE(eventually([&] { return status().state == DownloadState::done; }));
  CHECK(read_file(status().path) == c.bytes);
}
