// A file spreads through a group: who downloads it serves what it has proven, with real programs.
#include <signal.h>

#include <memory>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"
#include "swapmeet/wire/piece_report.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::wire::from_json;

namespace {

constexpr std::size_t kMiB = 1 << 20;

// Ann shares one file, slowly; the others want it.
struct Group {
  Group(std::size_t size, const std::string& limit, unsigned others)
      : bytes(random_bytes(size, 11)) {
    write_file(folder.path() / "ann/large.bin", bytes);
    write_file(ann.ini(),
               peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann") +
                   "upload_limit = " + limit + "\n");
    index.start();
    ann.start();
    for (unsigned i = 0; i < others; ++i) {
      const auto name = "peer" + std::to_string(i);
      fs::create_directories(folder.path() / name);
      peers.push_back(std::make_unique<Node>(
          folder.path(), name,
          peer_ini(folder.path(), name, "http://" + address, folder.path() / name)));
      peers.back()->start();
    }
    REQUIRE(eventually([&] { return find(); }));
  }

  bool find() {
    const auto hits = index.get("/api/v1/search?q=large");
    const auto page = hits ? from_json<swapmeet::SearchPage>(*hits) : hits.error();
    if (!page || page->hits.size() != 1) return false;
    content = page->hits[0].content;
    return sources().size() == 1;
  }
  std::vector<swapmeet::Source> sources() {
    const auto body = index.get("/api/v1/contents/" + content.text());
    auto record = body ? from_json<swapmeet::ContentRecord>(*body) : body.error();
    return record ? std::move(record->sources) : std::vector<swapmeet::Source>{};
  }
  // Those that the index names as having only a part.
  std::vector<swapmeet::Source> partial() {
    auto found = sources();
    std::erase_if(found, [&](const auto& source) { return source.have >= bytes.size(); });
    return found;
  }
  std::string start(Node& peer) {
    swapmeet::DownloadRequest request;
    request.content = content;
    const auto started = peer.call("POST", "/api/v1/downloads", swapmeet::wire::to_json(request));
    REQUIRE(started.ok());
    return from_json<DownloadStatus>(*started)->id;
  }
  static DownloadStatus status(Node& peer, const std::string& id) {
    const auto answer = peer.get("/api/v1/downloads/" + id);
    return answer ? from_json<DownloadStatus>(*answer).value_or({}) : DownloadStatus{};
  }

  Folder folder;
  const std::string bytes;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "10s")};
  Node ann{folder.path(), "ann", ""};
  std::vector<std::unique_ptr<Node>> peers;
  swapmeet::ContentId content;
};

std::string curl(const std::vector<std::string>& words) {
  std::vector<std::string> command{"curl", "-sS", "-i", "--noproxy", "*"};
  command.insert(command.end(), words.begin(), words.end());
  return run_command(command).output;
}

}  // namespace

TEST_CASE("several downloaders take most of a file from each other, not from its slow source") {
  Group group(24 * kMiB, "2M", 4);
  std::vector<std::string> ids;
  for (const auto& peer : group.peers) ids.push_back(group.start(*peer));
  std::uint64_t from_ann = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto& peer = *group.peers[i];
    INFO(peer.name() << ": " << Group::status(peer, ids[i]).why);
    REQUIRE(eventually([&] { return Group::status(peer, ids[i]).state == DownloadState::done; },
                       std::chrono::seconds(180)));
    const auto status = Group::status(peer, ids[i]);
    CHECK(read_file(status.path) == group.bytes);
    for (const auto& source : status.sources)
      if (source.name == "ann") from_ann += source.bytes;
  }
  INFO("of 4 times the file, ann sent " << from_ann / kMiB << " of " << 4 * 24 << " MiB");
  CHECK(from_ann < 3 * group.bytes.size());
  CHECK(eventually([&] { return group.sources().size() == 1; }));  // done: partial no more
}

TEST_CASE("a partial source is announced, serves what it has, and is none once it is paused") {
  Group group(12 * kMiB, "1M", 1);
  auto& bob = *group.peers[0];
  const auto id = group.start(bob);
  REQUIRE(eventually([&] { return group.partial().size() == 1; }));
  const auto source = group.partial().front();
  CHECK(source.name == "peer0");
  const auto body = run_command({"curl", "-sS", "--noproxy", "*", source.url + "/pieces"}).output;
  const auto told = swapmeet::wire::piece_report_from(body);
  INFO(body);
  REQUIRE(told.ok());
  CHECK_FALSE(told->complete);
  CHECK(told->size == group.bytes.size());

  REQUIRE(eventually([&] { return Group::status(bob, id).done > 0; }));
  const auto now = swapmeet::wire::piece_report_from(
      run_command({"curl", "-sS", "--noproxy", "*", source.url + "/pieces"}).output);
  REQUIRE(now.ok());
  std::size_t first = 0;
  while (first < 11 && (now->bits.at(first / 8) >> (first % 8) & 1) == 0) ++first;
  const auto range = std::to_string(first * kMiB) + "-" + std::to_string((first + 1) * kMiB - 1);
  const auto piece = run_command({"curl", "-sS", "--noproxy", "*", "-r", range, source.url}).output;
  const bool same = piece == group.bytes.substr(first * kMiB, kMiB);
  CHECK(same);
  CHECK_THAT(curl({source.url}), Contains("HTTP/1.1 409 ") && Contains("\"code\":\"conflict\"") &&
                                     Contains("/pieces says which"));
  CHECK_THAT(curl({"-I", source.url}), Contains("HTTP/1.1 409 "));
  // Nobody is told to fetch a whole file there.
  const auto hits = from_json<swapmeet::SearchPage>(*group.index.get("/api/v1/search?q=large"));
  CHECK(hits->hits.at(0).sources == 1);
  const auto metalink =
      *group.index.get("/api/v1/contents/" + group.content.text() + ".meta4?hashes=false");
  CHECK_THAT(metalink, !Contains(source.url));

  REQUIRE(bob.call("POST", "/api/v1/downloads/" + id + "/pause").ok());
  CHECK(eventually([&] { return group.partial().empty(); }));
  CHECK_THAT(curl({source.url + "/pieces"}), Contains("HTTP/1.1 404 "));

  // Killed while it is one: it does not stay announced for what it does not serve any more.
  REQUIRE(bob.call("POST", "/api/v1/downloads/" + id + "/resume").ok());
  REQUIRE(eventually([&] { return group.partial().size() == 1; }));
  CHECK(bob.signal(SIGKILL) == 128 + SIGKILL);
  bob.start();
  REQUIRE(bob.call("POST", "/api/v1/downloads/" + id + "/pause").ok());
  CHECK(eventually([&] { return group.partial().empty(); }));
}
