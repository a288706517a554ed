#include <Poco/JSON/Parser.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include "catch.h"
#include "transfer/swarm/catalogue.h"
#include "transfer/swarm/merkle.h"
#include "transfer/swarm/piece_map.h"
#include "transfer/swarm/scanner.h"
#include "transfer/swarm/share_list.h"
#include "transfer/swarm/shown_name.h"

namespace swapmeet::swarm {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    char name[] = "/tmp/swapmeet-shares-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
  }
};

std::string periodic(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + (i >> 8) * 17);
  return bytes;
}

std::string chunks(std::size_t size) {
  std::string bytes;
  for (std::uint64_t k = 0; bytes.size() < size; ++k) {
    unsigned char number[8];
    for (int i = 0; i < 8; ++i) number[i] = static_cast<unsigned char>(k >> (8 * i));
    unsigned char hash[32];
    SHA256(number, sizeof number, hash);
    bytes.append(reinterpret_cast<const char*>(hash), sizeof hash);
  }
  bytes.resize(size);
  return bytes;
}

MerkleTree tree_of(const std::string& bytes) {
  MerkleBuilder builder;
  for (std::size_t at = 0; at < bytes.size(); at += kBlockSize)
    builder.add(bytes.data() + at, std::min<std::size_t>(kBlockSize, bytes.size() - at));
  return builder.finish();
}

// Waits for the feed to reach a condition; woken by the feed itself.
bool eventually(Catalogue& catalogue, const std::function<bool()>& holds) {
  std::mutex mutex;
  std::condition_variable advanced;
  const auto registration = catalogue.on_advance([&] {
    const std::lock_guard lock(mutex);
    advanced.notify_all();
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::unique_lock lock(mutex);
    advanced.wait_for(lock, std::chrono::milliseconds(50));
  }
  return true;
}

TEST_CASE("content ids are the pieces roots of BEP 52") {
  std::ifstream file(SWARM_VECTORS);
  REQUIRE(file);
  const auto sets =
      Poco::JSON::Parser().parse(file).extract<Poco::JSON::Object::Ptr>()->getArray("sets");
  for (unsigned s = 0; s < sets->size(); ++s) {
    const auto vectors = sets->getObject(s)->getArray("vectors");
    for (unsigned v = 0; v < vectors->size(); ++v) {
      const auto vector = vectors->getObject(v);
      const auto size = vector->getValue<std::size_t>("size");
      CAPTURE(s, size);
      const auto tree = tree_of(s == 0 ? periodic(size) : chunks(size));
      if (size == 0)
        CHECK(tree.content == kEmptyContent);
      else
        CHECK(tree.content.text() == vector->getValue<std::string>("pieces_root"));
    }
  }
}

TEST_CASE("layers lead to the content id") {
  for (const std::size_t size :
       {std::size_t{3} << 20, (std::size_t{5} << 20) + 3, (std::size_t{65} << 20) + 1}) {
    const auto tree = tree_of(periodic(size));
    for (const std::uint64_t piece : {1U << 20, 2U << 20}) {
      const auto layer = layer_at(tree, piece);
      REQUIRE(layer);
      CHECK(layer_leads_to(tree.content, size, piece, *layer));
    }
    CHECK_FALSE(layer_at(tree, 3 << 20));
    CHECK_FALSE(layer_at(tree, 1ULL << 40));
  }
}

TEST_CASE("names that are not UTF-8 are shown reversibly") {
  CHECK(shown_name("a/b\xff.txt") ==
        "a/b\xe2\x80\x9b"
        "ff.txt");
  CHECK(shown_name("tab\t") ==
        "tab\xe2\x80\x9b"
        "09");
  CHECK(shown_name("\xe2\x80\x9b") == "\xe2\x80\x9b\xe2\x80\x9b");
  CHECK(shown_name("Köln") == "Köln");
}

TEST_CASE("the catalogue's feed tells puts and removals in order") {
  const Folder folder;
  std::string feed;
  {
    Catalogue catalogue(folder.path / "catalogue.sqlite");
    catalogue.put_share({"music", "/nowhere", {}}, false);
    const auto key = catalogue.share("music")->key;
    catalogue.commit(key, {{"a", {1, 3, 0}, tree_of("abc")}, {"b", {2, 1, 0}, tree_of("x")}});
    auto first = catalogue.changes_after(0, 1);
    REQUIRE(first);
    REQUIRE(first->changes.size() == 1);
    CHECK(first->changes[0].listing.path == "music/a");
    auto second = catalogue.changes_after(first->upto, 10);
    REQUIRE(second->changes.size() == 1);
    CHECK(second->changes[0].listing.path == "music/b");
    CHECK(second->upto == catalogue.state()->latest);
    catalogue.remove(key, {"a"});
    auto third = catalogue.changes_after(second->upto, 10);
    REQUIRE(third->changes.size() == 1);
    CHECK(third->changes[0].kind == ChangeKind::remove);
    CHECK(third->changes[0].listing.path == "music/a");
    CHECK(catalogue.changes_after(third->upto, 10)->changes.empty());
    CHECK_FALSE(catalogue.changes_after(third->upto + 1, 10));
    catalogue.put_share({"music", "/nowhere", {false, {"friends"}, {}}}, false);
    auto fourth = catalogue.changes_after(third->upto, 10);
    REQUIRE(fourth->changes.size() == 1);
    CHECK(fourth->changes[0].listing.audience.groups.size() == 1);
    CHECK(fourth->upto >= fourth->changes[0].revision);
    feed = catalogue.state()->feed;
  }
  Catalogue again(folder.path / "catalogue.sqlite");
  CHECK(again.state()->feed == feed);
  again.remove_share("music");
  CHECK(again.shares().empty());
  const auto rest = again.changes_after(0, 10);
  REQUIRE(rest->changes.size() == 2);
  for (const auto& change : rest->changes) CHECK(change.kind == ChangeKind::remove);
}

TEST_CASE("a share is scanned and watched") {
  const Folder data;
  const Folder shared;
  shared.write("a.txt", "abc");
  shared.write("deep/er/b.txt", "b");
  shared.write(".hidden", "no");
  shared.write("x.swapmeet-part", "no");
  std::filesystem::create_symlink("/etc/hostname", shared.path / "out");
  Catalogue catalogue(data.path / "catalogue.sqlite");
  Scanner scanner(catalogue, std::chrono::hours(1), nullptr);
  Watcher watcher([&](const std::string& share) { scanner.request(share); }, nullptr);
  ShareList shares(catalogue, scanner, watcher);
  REQUIRE(shares.add({"s", shared.path.string(), {}}));
  CHECK(shares.add({"s", "/tmp", {}}).error().code == ErrorCode::already_exists);
  const auto files = [&] { return shares.list()->at(0).files; };
  CHECK(eventually(catalogue, [&] { return files() == 2 && !shares.list()->at(0).scanning; }));
  CHECK(catalogue.places(tree_of("abc").content).size() == 1);

  shared.write("new/c.txt", "c");
  CHECK(eventually(catalogue, [&] { return files() == 3; }));
  shared.write("a.txt", "changed");
  CHECK(
      eventually(catalogue, [&] { return !catalogue.places(tree_of("changed").content).empty(); }));
  CHECK_FALSE(catalogue.tree(tree_of("abc").content));
  std::filesystem::remove_all(shared.path / "deep");
  CHECK(eventually(catalogue, [&] { return files() == 2; }));
  REQUIRE(shares.remove("s"));
  CHECK(shares.remove("s").error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace swapmeet::swarm
