// Old databases become new ones; newer and damaged ones are refused with a sentence.
#include "registry/sqlite/schema.h"

#include <fstream>

#include "registry_world.h"

using namespace registry::testing;
using namespace swapmeet;
using registry::Store;

TEST_CASE("a database of version 1 keeps its peers, listings and feed") {
  const Folder folder;
  {
    sqlite::Database old(folder.path / "registry.db");
    sqlite::migrate(old, std::span(registry::kMigrations).first(1));
    old.execute(
        "INSERT INTO meta VALUES('feed', 'abc'); UPDATE meta SET value=5 WHERE name='latest';"
        "INSERT INTO peers(key,id,name,given,seen,port,dialable,account,token,present,last_seen,"
        " files,bytes,flipped,feed,revision) VALUES(1,x'01000000000000000000000000000000','ann','',"
        " '127.0.0.1',1,1,'',x'00',1,0,2,30,1,'c',2);"
        "INSERT INTO listings VALUES(1,'a',zeroblob(32),10,0,'','',NULL,4),"
        " (1,'b',zeroblob(32),20,0,'','',NULL,3);"
        "INSERT INTO removed VALUES(5,x'01000000000000000000000000000000','gone')");
  }
  Store store(folder.path);
  CHECK(paths(store, 1) == std::vector<std::string>{"a", "b"});
  CHECK(store.announced(peer(1)) == FeedPosition{"c", 2});
  CHECK(store.feed_state() == FeedState{"abc", 0, 5});
  const auto batch = store.changes_after(0, 10);
  REQUIRE(batch->changes.size() == 4);
  CHECK(batch->changes[1].listing.path == "b");
  CHECK(batch->changes[3].kind == ChangeKind::remove);
  REQUIRE(store.announce(peer(1), {"c", 2, 3, {put("c")}}).ok());
  CHECK(store.feed_state().latest == 6);
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
