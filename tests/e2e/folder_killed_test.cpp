// A peer that fetches a folder is killed with SIGKILL at random moments; what has a name is whole
// each time, and in the end all is there and nothing else.
#include <signal.h>

#include <map>
#include <random>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr unsigned kSeed = 20260102;
constexpr int kFiles = 6000;
constexpr int kKills = 12;

using Tree = std::map<std::string, std::string>;

Tree make_tree(const fs::path& folder) {
  Tree tree;
  std::mt19937 random(kSeed);
  for (int i = 0; i < kFiles; ++i)
    tree["d" + std::to_string(i % 40) + "/" + std::to_string(i)] =
        random_bytes(random() % 12'000, static_cast<unsigned>(i));
  for (int i = 0; i < 3; ++i)
    tree["large" + std::to_string(i)] = random_bytes(5'000'000, static_cast<unsigned>(kFiles + i));
  for (const auto& [path, bytes] : tree) {
    fs::create_directories((folder / path).parent_path());
    write_file(folder / path, bytes);
  }
  return tree;
}

// The number of files that are there; each is one of the tree, and whole. Hidden ones do not count.
std::size_t check_whole(const fs::path& folder, const Tree& tree) {
  std::size_t count = 0;
  if (!fs::exists(folder)) return 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename().string().starts_with('.')) continue;
    const auto path = fs::relative(entry.path(), folder).string();
    INFO(path);
    const auto found = tree.find(path);
    REQUIRE(found != tree.end());
    if (read_file(entry.path()) != found->second) FAIL("it is not what it should be");
    ++count;
  }
  return count;
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::recursive_directory_iterator(folder), fs::recursive_directory_iterator()));
}

}  // namespace

TEST_CASE("a folder's download that is killed anywhere leaves whole files only, and ends") {
  Folder folder;
  const auto share = folder.path() / "shared";
  const auto tree = make_tree(share);
  fs::create_directories(folder.path() / "none");
  const auto address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "30s")};
  Node ann{folder.path(), "ann", peer_ini(folder.path(), "ann", "http://" + address, share)};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "none")};
  index.start();
  ann.start();
  const auto peer = PeerId::parse(read_file(ann.data() / "peer.id").substr(0, 32));
  REQUIRE(peer);
  REQUIRE(eventually(
      [&] {
        const auto record = index.get("/api/v1/peers/" + peer->text());
        const auto known = record ? wire::from_json<PeerRecord>(*record) : PeerRecord{};
        return known && known->files == tree.size();
      },
      std::chrono::seconds(60)));

  const auto come = folder.path() / "downloads/bob/files";
  std::mt19937 random(kSeed + 1);
  std::string id;
  std::size_t before = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    bob.start();
    if (id.empty()) {
      const auto answer = bob.call("POST", "/api/v1/downloads",
                                   wire::to_json(FolderRequest{*peer, "files", "", false}));
      INFO((answer ? "" : answer.error().message));
      REQUIRE(answer);
      id = wire::from_json<DownloadStatus>(*answer)->id;
    }
    // The moment of the kill is what is random here.
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 1'200'000));
    bob.signal(SIGKILL);
    const auto now = check_whole(come, tree);
    CHECK(now >= before);
    before = now;
  }
  bob.start();
  const auto status = [&] {
    const auto answer = bob.get("/api/v1/downloads/" + id);
    return answer ? wire::from_json<DownloadStatus>(*answer).value_or({}) : DownloadStatus{};
  };
  CHECK(
      eventually([&] { return status().state == DownloadState::done; }, std::chrono::seconds(120)));
  REQUIRE(status().folder);
  CHECK(status().folder->files == tree.size());
  CHECK(status().folder->done == tree.size());
  CHECK(check_whole(come, tree) == tree.size());
  CHECK(entries_in(folder.path() / "downloads/bob") == tree.size() + 41);  // and their folders
}
