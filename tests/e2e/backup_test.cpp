// What an operator does for the data: a backup while the host runs and is announced to, restoring
// it, and looking through a data folder.
#include <signal.h>

#include <fstream>

#include "catch.h"
#include "network.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using namespace swapmeet;

namespace {

struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index;
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  fs::path copy = folder.path() / "backups/monday";  // whose parent is not there yet

  explicit Network(const std::string& search = "memory")
      : index(folder.path(), "index", index_ini(folder.path(), address, "5s", search)) {
    add_files("first", 200);
    index.start();
    ann.start();
    REQUIRE(finds("ext:txt", 200));
  }
  void add_files(const std::string& name, int count) {
    for (int i = 0; i < count; ++i)
      write_file(folder.path() / "ann" / (name + std::to_string(i) + ".txt"),
                 name + std::to_string(i));
  }
  bool finds(const std::string& words, std::uint64_t total) {
    return eventually([&] {
      const auto body = index.get("/api/v1/search?q=" + words);
      if (!body) return false;
      const auto page = wire::from_json<SearchPage>(*body);
      return page.ok() && page->total == total;
    });
  }
  Outcome back_up(Node& node) {
    return run_program({"backup", copy.string(), "--config", node.ini().string()});
  }
  static Outcome check(Node& node, const std::string& data = "") {
    std::vector<std::string> words{"check", "--data", "--config", node.ini().string()};
    if (!data.empty()) words.insert(words.end(), {"--set", "host.data=" + data});
    return run_program(words);
  }
};

}  // namespace

TEST_CASE("a backup of a running index, while it is announced to, takes the data folder's place") {
  const std::string search = GENERATE("fts", "memory");
  Network net(search);
  net.add_files("second", 400);
  const auto made = net.back_up(net.index);
  INFO(made.output);
  REQUIRE(made.code == 0);
  CHECK_THAT(made.output, Contains("registry.sqlite") && Contains("search." + search));
  CHECK(fs::status(net.copy).permissions() == fs::perms::owner_all);
  const auto again = net.back_up(net.index);
  CHECK(again.code != 0);
  CHECK_THAT(again.output, Contains("is there already"));
  REQUIRE(net.finds("ext:txt", 600));
  CHECK_THAT(Network::check(net.index).output, Contains("another host is running"));

  net.index.signal(SIGKILL);
  const auto checked = Network::check(net.index, net.copy.string());
  INFO(checked.output);
  CHECK(checked.code == 0);
  CHECK_THAT(checked.output, Contains("nothing is wrong"));
  fs::rename(net.index.data(), net.folder.path() / "lost");
  fs::rename(net.copy, net.index.data());
  // The peer has noticed that the index is away, and so asks it where it stands.
  REQUIRE(eventually([&] { return net.ann.log().find("is not registered") != std::string::npos; }));
  net.index.start();
  CHECK(net.finds("ext:txt", 600));  // what came after the backup, the peer announces again
}

TEST_CASE("a backup of a peer has what it hashed, and is whole") {
  Network net;
  const auto made = net.back_up(net.ann);
  INFO(made.output);
  REQUIRE(made.code == 0);
  CHECK(read_file(net.copy / "peer.id") == read_file(net.ann.data() / "peer.id"));
  net.ann.signal(SIGTERM);
  const auto checked = Network::check(net.ann, net.copy.string());
  INFO(checked.output);
  CHECK(checked.code == 0);
  sqlite::Database catalogue(net.copy / "transfer.swarm/catalogue.sqlite", {.read_only = true});
  CHECK(catalogue.integer("SELECT count(*) FROM files") == 200);
}

TEST_CASE("a search that is ahead of its registry, and a damaged store, are told in sentences") {
  const std::string search = GENERATE("fts", "memory");
  Network net(search);
  REQUIRE(net.back_up(net.index).code == 0);
  net.add_files("second", 20);
  REQUIRE(net.finds("ext:txt", 220));
  CHECK(net.index.signal(SIGTERM) == 0);
  CHECK(Network::check(net.index).code == 0);
  fs::remove_all(net.index.data() / "registry.sqlite");
  fs::rename(net.copy / "registry.sqlite", net.index.data() / "registry.sqlite");
  auto checked = Network::check(net.index);
  CHECK(checked.code == 1);
  CHECK_THAT(checked.output,
             Contains("search." + search + ": has followed registry.sqlite to revision"));
  REQUIRE(eventually([&] { return net.ann.log().find("is not registered") != std::string::npos; }));
  net.index.start();
  CHECK(net.finds("ext:txt", 220));

  CHECK(net.index.signal(SIGTERM) == 0);
  const auto file = net.index.data() / "registry.sqlite/registry.db";
  const auto size = fs::file_size(file);
  {
    std::fstream database(file, std::ios::in | std::ios::out | std::ios::binary);
    database.seekp(static_cast<std::streamoff>(size / 2));
    database << std::string(size / 2, 'x');
  }
  checked = Network::check(net.index);
  CHECK(checked.code == 1);
  CHECK_THAT(checked.output, Contains("registry.db is damaged"));
}
