// Index and peer are killed with SIGKILL at random moments while files change; afterwards the index
// knows exactly what is on the peer's disk.
#include <signal.h>

#include <map>
#include <random>
#include <set>
#include <thread>

#include "catch.h"
#include "network.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using namespace swapmeet;

namespace {

constexpr unsigned kSeed = 20260101;
constexpr int kRounds = 20;

std::set<std::string> on_disk(const fs::path& share) {
  std::set<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(share))
    if (entry.is_regular_file())
      paths.insert("files/" + fs::relative(entry.path(), share).string());
  return paths;
}

std::set<std::string> browsed(Node& index, const std::string& peer) {
  std::set<std::string> paths;
  std::string after;
  do {
    const auto body = index.get("/api/v1/peers/" + peer + "/files?limit=1000&after=" + after);
    if (!body) return {};
    const auto page = wire::from_json<Page<Listing>>(*body);
    if (!page) return {};
    for (const auto& listing : page->items) paths.insert(listing.path);
    after = page->next;
  } while (!after.empty());
  return paths;
}

std::uint64_t found(Node& index, const std::string& word) {
  const auto body = index.get("/api/v1/search?q=" + word);
  if (!body) return 0;
  const auto page = wire::from_json<SearchPage>(*body);
  return page ? page->total : 0;
}

void change_something(const fs::path& share, std::mt19937& random, int round) {
  for (int i = 0; i < 25; ++i) {
    const auto name =
        "d" + std::to_string(random() % 5) + "/file" + std::to_string(random() % 120) + ".txt";
    if (random() % 4 == 0)
      fs::remove(share / name);
    else
      write_file(share / name, "round " + std::to_string(round) + " number " + std::to_string(i));
  }
}

}  // namespace

TEST_CASE("killed anywhere, twenty times, index and search end up with what is on the disk") {
  const Folder folder;
  const auto share = folder.path() / "ann";
  fs::create_directories(share);
  const std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index(folder.path(), "index", index_ini(folder.path(), address, "5s"));
  Node ann(folder.path(), "ann", peer_ini(folder.path(), "ann", "http://" + address, share));
  std::mt19937 random(kSeed);
  index.start();
  ann.start();
  for (int round = 0; round < kRounds; ++round) {
    change_something(share, random, round);
    // The moment of the kill is what is random here.
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 700));
    Node& victim = random() % 2 ? index : ann;
    victim.signal(SIGKILL);
    change_something(share, random, round);
    victim.start();
  }
  std::string peer = read_file(ann.data() / "peer.id");
  peer.resize(32);
  const auto expected = on_disk(share);
  CHECK(eventually([&] { return browsed(index, peer) == expected; }, std::chrono::seconds(60)));
  CHECK(browsed(index, peer) == expected);

  std::set<std::string> contents;
  for (const auto& path : expected) contents.insert(read_file(share / path.substr(6)));
  CHECK(eventually([&] { return found(index, "ext:txt") == contents.size(); }));
  CHECK(found(index, "ext:txt") == contents.size());
}
