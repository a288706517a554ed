// Old databases become new ones; newer and damaged ones are refused with a sentence.
#include "registry/sqlite/schema.h"

#include <fstream>

#include "first_schema.h"
#include "registry/sqlite/upkeep.h"
#include "registry_world.h"

using namespace registry::testing;
using namespace swapmeet;
using registry::Store;

TEST_CASE("a database of any version keeps its peers, listings and feed") {
  const auto newest = std::size(registry::kMigrations);
  for (std::size_t version = 1; version <= newest; ++version) {
    INFO("version " << version);
    const Folder folder;
    {
      sqlite::Database old(folder.path / "registry.db");
      old.execute(kFirstDatabase);
      sqlite::migrate(old, std::span(registry::kMigrations).first(version));
    }
    {
      Store store(folder.path);
      CHECK(paths(store, 1) == std::vector<std::string>{"a", "b"});
      CHECK(store.announced(peer(1)) == FeedPosition{"c", 2});
      CHECK(store.feed_state() == FeedState{"abc", 0, 5});
      const auto batch = store.changes_after(0, 10);
      REQUIRE(batch->changes.size() == 4);
      CHECK(batch->changes[1].listing.path == "b");
      CHECK(batch->changes[3].kind == ChangeKind::remove);
      CHECK(store.content(content(2), {})->names == std::vector<std::string>{"b"});
      REQUIRE(store.announce(peer(1), {"c", 2, 3, {put("c", 2), gone("b")}}).ok());
      CHECK(store.content(content(2), {})->names == std::vector<std::string>{"c"});
      CHECK(store.feed_state().latest == 7);
    }
    const auto report = registry::stores_in(folder.path).verify();
    CHECK(report->problems.empty());
  }
}

TEST_CASE("a database of a newer version is refused") {
  const Folder folder;
  sqlite::Database(folder.path / "registry.db").execute("PRAGMA user_version=99");
  CHECK_THROWS_WITH(Store(folder.path), Catch::Contains("newer version"));
}

TEST_CASE("a damaged database is refused with its name and what to do") {
  const Folder folder;
  { const Store store(folder.path); }
  std::ofstream(folder.path / "registry.db", std::ios::binary) << std::string(20'000, 'x');
  try {
    const Store store(folder.path);
    FAIL("it opens");
  } catch (const sqlite::Failure& failure) {
    CHECK(failure.error().code == ErrorCode::corrupt);
    CHECK(failure.error().message.find("registry.db is damaged") != std::string::npos);
    CHECK(failure.error().message.find("restore") != std::string::npos);
  }
}
