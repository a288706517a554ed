// Old databases become new ones; newer and damaged ones are refused with a sentence.
#include "registry/sqlite/schema.h"

#include <fstream>

#include "first_schema.h"
#include "registry/sqlite/upkeep.h"
#include "registry_world.h"
#include "swapmeet/testing/manual_clock.h"

using namespace swapmeet::registry_sqlite::testing;
using namespace swapmeet;
using swapmeet::registry_sqlite::Store;
using swapmeet::registry_sqlite::StoreOptions;

TEST_CASE("a database of any version keeps its peers, listings and feed") {
  const auto newest = std::size(swapmeet::registry_sqlite::kMigrations);
  for (std::size_t version = 1; version <= newest; ++version) {
    INFO("version " << version);
    const Folder folder;
    {
      sqlite::Database old(folder.path / "registry.db");
      old.execute(kFirstDatabase);
      sqlite::migrate(old, std::span(swapmeet::registry_sqlite::kMigrations).first(version));
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
    const auto report = swapmeet::registry_sqlite::stores_in(folder.path).verify();
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

TEST_CASE("a database that has lost a part of its pages is refused at the start") {
  const Folder folder;
  const StoreOptions options{.writer = {.least_content_portion = 100}};
  const auto open_and_probe = [&] {
    Store store(folder.path, options);
    store.probe(swapmeet::testing::ManualClock(), std::chrono::minutes(1), 1);
  };
  {
    Store store(folder.path, options);
    enroll(store, 1, "ann");
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<Change> changes;
      for (int i = 0; i < 200; ++i)
        changes.push_back(put("folder/" + std::to_string(batch * 200 + i) + std::string(100, 'a')));
      REQUIRE(announce(store, 1, std::move(changes)).ok());
    }
  }
  const auto file = folder.path / "registry.db";
  const auto size = std::filesystem::file_size(file);
  open_and_probe();
  SECTION("a quarter is overwritten") {
    const auto quarter = GENERATE(1, 2, 3);
    std::fstream database(file, std::ios::in | std::ios::out | std::ios::binary);
    database.seekp(static_cast<std::streamoff>(size / 4 * static_cast<unsigned>(quarter)));
    database << std::string(size / 4, GENERATE('x', '\0'));
  }
  SECTION("the end is missing") { std::filesystem::resize_file(file, size / 4 * 3); }
  CHECK_THROWS_WITH(open_and_probe(),
                    Catch::Contains("registry.db is damaged") && Catch::Contains("restore"));
}
