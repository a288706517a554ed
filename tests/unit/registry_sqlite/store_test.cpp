// Listings and peers: what is announced comes back, whole or not at all.
#include "registry_world.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;

TEST_CASE("a batch is applied whole, and counted") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  REQUIRE(announce(store, 1, {put("a/1"), put("a/2"), put("b/3"), put("b/4")}).ok());
  REQUIRE(announce(store, 1, {put("a/1", 2, 5), gone("b/3"), gone("never/there")}).ok());
  CHECK(paths(store, 1) == std::vector<std::string>{"a/1", "a/2", "b/4"});
  CHECK(store.peer(peer(1))->record.files == 3);
  CHECK(store.peer(peer(1))->record.bytes == 25);
  CHECK(store.counts().files == 3);
}

TEST_CASE("a batch with one bad listing changes nothing") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  REQUIRE(announce(store, 1, {put("a")}).ok());
  auto bad = put("b");
  bad.listing.attributes["key"] = std::string("with\0nul", 8);
  for (auto wrong : {put("../b"), bad}) {
    const auto answer = announce(store, 1, {put("fine"), wrong});
    CHECK(answer.error().code == ErrorCode::invalid_argument);
  }
  bad = put("c");
  bad.listing.audience = {false, {"staff\naccount root"}, {}};
  CHECK_FALSE(announce(store, 1, {bad}).ok());
  bad = put("d", 1, 5);
  bad.listing.have = 6;
  CHECK_FALSE(announce(store, 1, {bad}).ok());
  CHECK(paths(store, 1) == std::vector<std::string>{"a"});
  CHECK(store.announced(peer(1)) == FeedPosition{"catalogue", 1});
}

TEST_CASE("another base is a conflict, base 0 starts over") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  REQUIRE(announce(store, 1, {put("a"), put("b")}).ok());
  const auto lost = store.announce(peer(1), {"catalogue", 1, 5, {put("c")}});
  CHECK(lost.error().code == ErrorCode::conflict);
  REQUIRE(store.announce(peer(1), {"other", 0, 1, {put("z")}}).ok());
  CHECK(paths(store, 1) == std::vector<std::string>{"z"});
  CHECK(store.announce(peer(9), {"x", 0, 1, {}}).error().code == ErrorCode::not_found);
}

TEST_CASE("audience, attributes and what a peer has of a file come back as they were") {
  const Folder folder;
  auto change = put("a.bin", 7, 100);
  change.listing.audience = {false, {"staff", "board"}, {"ann"}};
  change.listing.attributes = {{"artist", "Björk"}, {"year", "1997"}, {"note", ""}};
  change.listing.have = 40;
  change.listing.modified = Time(std::chrono::milliseconds(1'700'000'000'123));
  const Identity staff{"bob", {"staff"}, {}};
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    REQUIRE(announce(store, 1, {change}).ok());
  }
  Store store(folder.path);
  CHECK(paths(store, 1).empty());  // a guest sees nothing
  const auto page = store.browse(peer(1), {}, staff);
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0] == change.listing);
  const auto fed = store.changes_after(0, 100);
  CHECK(fed->changes.back().listing == change.listing);
  CHECK(store.content(content(7), staff)->sources.at(0).have == 40);
  CHECK(store.content(content(7), {}).error().code == ErrorCode::not_found);
}

TEST_CASE("a folder is browsed without its neighbours") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  REQUIRE(announce(store, 1, {put("a"), put("a/1"), put("a/b/2"), put("a b/3"), put("a0/4")}).ok());
  BrowseQuery query{.page = {}, .folder = "a"};
  const auto page = store.browse(peer(1), query, {});
  REQUIRE(page.items.size() == 2);
  CHECK(page.items[0].path == "a/1");
  CHECK(page.items[1].path == "a/b/2");
}

TEST_CASE("sources are present, can be dialled, and at most 200; names at most 20") {
  const Folder folder;
  Store store(folder.path);
  for (int n = 1; n <= 230; ++n) {
    const auto id = static_cast<std::uint8_t>(n);
    enroll(store, id, "peer" + std::to_string(n));
    REQUIRE(announce(store, id, {put("name" + std::to_string(n % 30)), put("again")}).ok());
  }
  CHECK(store.content(content(1), {})->sources.size() == 200);
  const auto names = store.content(content(1), {})->names;
  CHECK(names.size() == 20);
  CHECK(names[0] == "again");

  enroll(store, 3, "hidden", false);
  std::vector<PeerId> others;
  for (int n = 1; n <= 230; ++n)
    if (n != 2 && n != 3) others.push_back(peer(static_cast<std::uint8_t>(n)));
  store.set_present(others, false, Time{});
  const auto record = store.content(content(1), {});
  REQUIRE(record->sources.size() == 1);
  CHECK(record->sources[0].url == "http://127.0.0.1:6699/content/" + content(1).text());
  CHECK(record->names == std::vector<std::string>{"again", "name2", "name3"});
}

TEST_CASE("a list of peers goes on where the page ended, whoever comes and goes meanwhile") {
  const Folder folder;
  Store store(folder.path);
  for (const auto& [n, name] :
       std::vector<std::pair<int, std::string>>{{1, "ann"}, {2, "bob"}, {3, "Ünal"}, {4, "dora"}})
    enroll(store, static_cast<std::uint8_t>(n), name);
  const auto first = store.peers({.page = {.limit = 2, .after = {}}, .name = {}});
  REQUIRE(first.items.size() == 2);
  CHECK(first.items[1].name == "bob");
  enroll(store, 5, "aaa");
  const std::vector<PeerId> absent{peer(1)};
  store.set_present(absent, false, Time{});
  const auto second = store.peers({.page = {.limit = 2, .after = first.next}, .name = {}});
  REQUIRE(second.items.size() == 2);
  CHECK(second.items[0].name == "dora");
  CHECK(second.next.empty());
  CHECK(store.peers({.page = {}, .name = "UNA"}).items.at(0).name == "Ünal");
  CHECK(store.peers({.page = {}, .name = {}, .present_only = false}).items.size() == 5);
}

TEST_CASE("presence of a peer with many files is one row and one change") {
  const Folder folder;
  Store store(folder.path);
  enroll(store, 1, "ann");
  std::vector<Change> many;
  for (int i = 0; i < 5000; ++i) many.push_back(put("f" + std::to_string(i)));
  const auto announced = announce(store, 1, std::move(many));
  REQUIRE(announced.ok());
  const auto before = store.feed_state().latest;
  const std::vector<PeerId> one{peer(1)};
  store.set_present(one, false, Time{});
  CHECK(store.feed_state().latest == before + 1);
  const auto batch = store.changes_after(before, 100);
  REQUIRE(batch->changes.size() == 1);
  CHECK(batch->changes[0].kind == ChangeKind::absent);
  CHECK(store.counts().files == 0);
}

TEST_CASE("a full disk leaves nothing half applied") {
  const Folder folder;
  {
    Store store(folder.path);
    enroll(store, 1, "ann");
    REQUIRE(announce(store, 1, {put("before")}).ok());
  }
  std::vector<Change> many;
  for (int i = 0; i < 5000; ++i) many.push_back(put("new/" + std::to_string(i)));
  {
    Store full(folder.path, {.writer = {.most_pages = 40}});
    try {
      static_cast<void>(announce(full, 1, many));
      FAIL("it fits");
    } catch (const sqlite::Failure& failure) {
      CHECK(failure.error().code == ErrorCode::no_space);
      CHECK(failure.error().message.find("registry.db") != std::string::npos);
    }
    CHECK(paths(full, 1) == std::vector<std::string>{"before"});
    CHECK(full.announced(peer(1)).revision == 1);
  }
  Store store(folder.path);
  REQUIRE(announce(store, 1, many).ok());
  CHECK(store.peer(peer(1))->record.files == 5001);
}
