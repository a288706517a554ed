// Downloads from a peer that is far away: what is counted on the path between them. Only whole
// round trips count, and these are long against what a busy machine needs.
#include <csignal>

#include "catch.h"
#include "fakes/path_proxy.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using fakes::PathOptions;
using fakes::PathProxy;
using swapmeet::DownloadState;
using swapmeet::DownloadStatus;
using swapmeet::wire::from_json;
using namespace std::chrono_literals;

namespace {

// Ann shares a folder, and is reached over a path only; cyd fetches.
struct FarSharer {
  explicit FarSharer(PathOptions options) : path(at_its_own_port(std::move(options))) {
    index.start();
    cyd.start();
  }
  static PathOptions at_its_own_port(PathOptions options) {
    options.listen = "127.0.0.2:0";
    options.to = "127.0.0.1:0";
    return options;
  }
  std::string ann_ini() const {
    auto ini = peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann");
    const std::string usual = "swarm\nlisten = 127.0.0.1:0";
    ini.replace(ini.find(usual), usual.size(),
                "swarm\nlisten = 127.0.0.1:" + std::to_string(path.port()));
    // The path counts requests, which it can read in clear only.
    return ini + "announce_address = 127.0.0.2\ntls = off\n";
  }
  swapmeet::SearchPage found(const std::string& words) {
    const auto hits = index.get("/api/v1/search?q=" + words);
    return hits ? from_json<swapmeet::SearchPage>(*hits).value_or({}) : swapmeet::SearchPage{};
  }
  // Ann shares what is in her folder; its first file's content.
  std::string share(const std::string& words) {
    ann.start();
    REQUIRE(eventually([&] { return found(words).hits.size() == 1; }));
    return found(words).hits[0].content.text();
  }
  DownloadStatus fetch(const std::string& body) {
    const auto answer = cyd.call("POST", "/api/v1/downloads", body);
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer.ok());
    const auto id = from_json<DownloadStatus>(*answer)->id;
    DownloadStatus status;
    eventually(
        [&] {
          const auto now = cyd.get("/api/v1/downloads/" + id);
          status = now ? from_json<DownloadStatus>(*now).value_or({}) : DownloadStatus{};
          return status.state == DownloadState::done || status.state == DownloadState::failed;
        },
        2min);
    INFO(status.why);
    REQUIRE(status.state == DownloadState::done);
    return status;
  }

  Folder folder;
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  PathProxy path;
  Node index{folder.path(), "index", undialled(index_ini(folder.path(), address, "10s"))};
  Node ann{folder.path(), "ann", ann_ini()};
  Node cyd{folder.path(), "cyd",
           peer_ini(folder.path(), "cyd", "http://" + address, folder.path() / "cyd")};
};

void check_no_more(const fakes::PathCounts& counts, std::uint64_t bytes, std::uint64_t requests,
                   std::uint64_t connections, std::uint64_t idle) {
  CAPTURE(counts.cuts);
  CHECK(counts.to_client <= bytes);
  CHECK(counts.requests <= requests);
  CHECK(counts.connections <= connections);
  CHECK(counts.idle_round_trips <= idle);
}

constexpr std::uint64_t kSize = 60'000'000;
// Heads and proofs; and what a second connection asks for because the first one is late.
constexpr std::uint64_t kMore = kSize / 4;

}  // namespace

TEST_CASE("a file over a long path keeps the path full from its beginning to its end") {
  FarSharer world({.round_trip = 1s, .rate = 10'000'000});
  const auto bytes = random_bytes(kSize, 1);
  write_file(world.folder.path() / "ann/large.bin", bytes);
  const auto done = world.fetch(R"({"content": ")" + world.share("large") + R"("})");
  const bool same = read_file(done.path) == bytes;
  CHECK(same);
  // Two round trips pass until the first byte; a path that is full needs no further one.
  check_no_more(world.path.counts(), kSize + kMore, 100, 8, 5);
}

TEST_CASE("a file whose connections are cut again and again comes whole, and little comes twice") {
  FarSharer world({.round_trip = 200ms,
                   .rate = 15'000'000,
                   .cut_from = 1'000'000,
                   .cut_to = 9'000'000,
                   .seed = 3});
  const auto bytes = random_bytes(kSize, 1);
  write_file(world.folder.path() / "ann/large.bin", bytes);
  const auto done = world.fetch(R"({"content": ")" + world.share("large") + R"("})");
  const bool same = read_file(done.path) == bytes;
  CHECK(same);
  const auto counts = world.path.counts();
  CHECK(counts.cuts >= kSize / 9'000'000);
  // Each cut costs a connection, its two round trips, and asking again for what was on its way.
  check_no_more(counts, kSize + kMore, 100 + 8 * counts.cuts, 8 + 2 * counts.cuts,
                10 + 4 * counts.cuts);
}

namespace {

constexpr std::uint64_t kFiles = 300;

std::string small_name(std::uint64_t number) { return "small" + std::to_string(number) + ".bin"; }
std::string small_bytes(std::uint64_t number) {
  return random_bytes(20'000, static_cast<unsigned>(number));
}

// Ann shares a folder of small files; the request for it.
std::string share_folder(FarSharer& world) {
  const auto many = world.folder.path() / "ann/many";
  for (std::uint64_t n = 0; n < kFiles; ++n) write_file(many / small_name(n), small_bytes(n));
  world.ann.start();
  REQUIRE(eventually([&] { return world.found("bin").total == kFiles; }));
  const auto first = world.found("small0").hits.at(0).content.text();
  const auto record =
      from_json<swapmeet::ContentRecord>(world.index.get("/api/v1/contents/" + first).value());
  const auto peer = record->sources.at(0).peer.text();
  return R"({"peer": ")" + peer + R"(", "path": "files/many"})";
}

void check_folder(const fs::path& folder) {
  for (std::uint64_t n = 0; n < kFiles; ++n) {
    INFO(small_name(n));
    const bool same = read_file(folder / small_name(n)) == small_bytes(n);
    CHECK(same);
  }
}

}  // namespace

TEST_CASE("a folder of small files over a long path is asked for ahead, over few connections") {
  FarSharer world({.round_trip = 1s, .rate = 25'000'000});
  const auto request = share_folder(world);
  CHECK(world.path.counts().requests == 0);
  check_folder(world.fetch(request).path);
  check_no_more(world.path.counts(), kFiles * 21'000, kFiles + 10, 4, 10);
}

TEST_CASE("a folder of small files over connections that are cut comes whole, each file once") {
  FarSharer world({.round_trip = 200ms, .cut_from = 200'000, .cut_to = 1'500'000, .seed = 5});
  check_folder(world.fetch(share_folder(world)).path);
  const auto counts = world.path.counts();
  CHECK(counts.cuts >= 4);
  // What had been asked for on a connection that is cut is asked for again.
  check_no_more(counts, kFiles * 21'000 + counts.cuts * 40'000, kFiles * (2 + counts.cuts),
                4 + 2 * counts.cuts, 10 + 4 * counts.cuts);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they want to be loaded first
TEST_CASE("the files of a folder are brought to the disk together") {
  FarSharer world({});
  const auto request = share_folder(world);
  const auto syncs = world.folder.path() / "syncs";
  world.cyd.signal(SIGTERM);
  world.cyd.run_under(
      {"env", "LD_PRELOAD=" + (program().parent_path() / "fixtures/count_syncs.so").string(),
       "COUNT_SYNCS=" + syncs.string()});
  world.cyd.start();
  const auto before = read_file(syncs).size();
  check_folder(world.fetch(request).path);
  const auto count = read_file(syncs).size() - before;
  CHECK(count >= 1);
  CHECK(count <= kFiles / 5);
}
#endif
