// An operator's mishaps: stores that are deleted or damaged while a host is stopped. What can be
// made anew comes back by itself; what cannot is missed at the next start, and refused when it is
// damaged.
#include <signal.h>

#include <fstream>

#include "catch.h"
#include "network.h"
#include "swapmeet/sqlite/database.h"
#include "swapmeet/wire/json.h"

using namespace e2e;
using Catch::Matchers::Contains;
using swapmeet::wire::from_json;

namespace {

constexpr const char* kWords[] = {"apple", "pear", "plum"};

// An index and two peers that share the same three files; ann has more.
struct Network {
  Folder folder;
  std::string address = "127.0.0.1:" + std::to_string(free_port());
  Node index{folder.path(), "index", index_ini(folder.path(), address, "4s", "fts")};
  Node ann{folder.path(), "ann",
           peer_ini(folder.path(), "ann", "http://" + address, folder.path() / "ann")};
  Node bob{folder.path(), "bob",
           peer_ini(folder.path(), "bob", "http://" + address, folder.path() / "bob")};

  Network() {
    for (const std::string name : {"ann", "bob"})
      for (const std::string word : kWords)
        write_file(folder.path() / name / (word + ".txt"), word);
    for (int i = 0; i < 300; ++i)
      write_file(folder.path() / "ann/more" / ("file " + std::to_string(i) + ".txt"),
                 std::to_string(i));
    for (Node* node : {&index, &ann, &bob}) node->start();
    REQUIRE(finds_all());
  }

  bool finds_all() {
    return eventually([&] {
      for (const std::string word : kWords)
        if (sources_of(word) != 2) return false;
      return search("ext:txt").total == 303;
    });
  }
  swapmeet::SearchPage search(const std::string& words) {
    const auto body = index.get("/api/v1/search?q=" + words);
    if (!body) return {};
    return from_json<swapmeet::SearchPage>(*body).value_or(swapmeet::SearchPage{});
  }
  std::uint32_t sources_of(const std::string& words) {
    const auto page = search(words);
    return page.hits.size() == 1 ? page.hits[0].sources : 0;
  }
  fs::path store(const std::string& name) const {
    for (const auto& entry : fs::recursive_directory_iterator(index.data()))
      if (entry.path().filename() == name) return entry.path();
    throw std::runtime_error("the index has no " + name);
  }
};

void overwrite(const fs::path& path, std::uintmax_t from) {
  const auto size = fs::file_size(path);
  REQUIRE(from < size);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(from));
  file << std::string(size - from, 'x');
}

}  // namespace

TEST_CASE("an index that lost its registry says so, and gets it back from the peers that run") {
  Network net;
  const auto store = net.store("registry.db");
  CHECK(net.index.signal(SIGTERM) == 0);
  fs::remove_all(store.parent_path());
  const auto ini = net.index.ini().string();
  for (const auto& words : {std::vector<std::string>{"run", "--config", ini},
                            std::vector<std::string>{"check", "--data", "--config", ini}}) {
    const auto outcome = run_program(words);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.output, Contains("registry.db is gone, though this host has kept") &&
                                   Contains("a backup of") && Contains("--accept-loss"));
  }
  const auto accepted = run_program({"check", "--data", "--accept-loss", "--config", ini});
  CHECK(accepted.code == 0);
  CHECK_THAT(accepted.output, Contains("registry.db: its loss is accepted"));
  net.index.start();
  CHECK(net.finds_all());
  // And what changes from then on.
  write_file(net.folder.path() / "bob/cherry.txt", "cherry");
  CHECK(eventually([&] { return net.sources_of("cherry") == 1; }));
}

TEST_CASE("whatever a host keeps, its loss is told at the next start, and by the check") {
  Network net;
  std::vector<std::pair<Node*, fs::path>> stores;
  for (Node* node : {&net.index, &net.ann}) CHECK(node->signal(SIGTERM) == 0);
  for (Node* node : {&net.index, &net.ann})
    for (const auto& entry : fs::recursive_directory_iterator(node->data())) {
      const auto kind = entry.path().extension();
      const auto name = entry.path().filename();
      if (entry.is_regular_file() && name != "search.db" && name != "sessions.db" &&
          name != "http.address" &&
          (kind == ".db" || kind == ".sqlite" || kind == ".token" || kind == ".key" ||
           kind == ".id"))
        stores.emplace_back(node, entry.path());
    }
  CHECK(stores.size() >= 10);
  for (const auto& [node, store] : stores) {
    INFO(store.string());
    const auto kept = net.folder.path() / "kept";
    fs::rename(store, kept);
    for (const bool empty : {false, true}) {
      if (empty) {
        std::ofstream(store).close();
        fs::permissions(store, fs::perms::owner_read | fs::perms::owner_write);
      }
      for (const auto& words :
           {std::vector<std::string>{"run", "--config", node->ini().string()},
            std::vector<std::string>{"check", "--data", "--config", node->ini().string()}}) {
        const auto outcome = run_program(words);
        CHECK(outcome.code == 1);
        CHECK_THAT(outcome.output, Contains(store.filename().string() + " is ") &&
                                       Contains("though this host has"));
      }
    }
    fs::rename(kept, store);
  }
  for (Node* node : {&net.index, &net.ann}) node->start();
}

TEST_CASE("an index that lost its search makes it anew, without the peers' help") {
  Network net;
  const auto store = net.store("search.db");
  const auto registered = net.index.log().find("registered");
  REQUIRE(registered != std::string::npos);
  const auto lines = net.index.log().size();
  net.index.signal(SIGKILL);
  fs::remove_all(store.parent_path());
  net.index.start();
  CHECK(net.finds_all());
  CHECK(net.index.log().find("registered", lines) == std::string::npos);
}

TEST_CASE("a damaged search is set aside with a sentence, and made anew") {
  Network net;
  const auto store = net.store("search.db");
  for (const bool at_begin : {true, false}) {
    CHECK(net.index.signal(SIGTERM) == 0);
    const auto lines = net.index.log().size();
    overwrite(store, at_begin ? 0 : fs::file_size(store) / 2);
    net.index.start();
    CHECK(net.finds_all());
    CHECK_THAT(net.index.log().substr(lines), Contains("set a damaged index aside"));
    CHECK(fs::exists(store.string() + ".damaged"));
  }
}

TEST_CASE("a damaged registry is refused with a sentence, and left as it is") {
  Network net;
  const auto store = net.store("registry.db");
  CHECK(net.index.signal(SIGTERM) == 0);
  overwrite(store, GENERATE(0U, 1U) * (fs::file_size(store) / 2));
  const auto damaged = read_file(store);
  const auto outcome = run_program({"run", "--config", net.index.ini().string()});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.output, Contains("registry.db is damaged"));
  CHECK_THAT(outcome.output, Contains("restore the file from a backup"));
  CHECK(read_file(store) == damaged);
}

TEST_CASE("damage that the start does not meet is told when somebody first needs the page") {
  Network net;
  const auto store = net.store("registry.db");
  CHECK(net.index.signal(SIGTERM) == 0);
  std::int64_t page = 0;
  std::int64_t size = 0;
  {
    swapmeet::sqlite::Database database(store, {.read_only = true});
    page = database.integer("SELECT rootpage FROM sqlite_schema WHERE name='peers_by_name'");
    size = database.integer("PRAGMA page_size");
  }
  {
    std::fstream file(store, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * size);
    file << std::string(static_cast<std::size_t>(size), 'x');
  }
  const auto lines = net.index.log().size();
  net.index.start();
  for (int i = 0; i < 2; ++i) {
    const auto peers = net.index.get("/api/v1/peers");
    REQUIRE_FALSE(peers.ok());
    CHECK(peers.error().code == swapmeet::ErrorCode::corrupt);
    CHECK_THAT(peers.error().message, Contains("registry.db is damaged"));
  }
  const auto log = net.index.log().substr(lines);
  const auto told = log.find("the registry is damaged");
  REQUIRE(told != std::string::npos);
  CHECK(log.find("the registry is damaged", told + 1) == std::string::npos);
}
