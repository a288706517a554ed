// A search index of an older version keeps its place only as long as it can be used: what it had is
// in the registry, and is read from there anew.
#include "search/fts/schema.h"

#include <span>

#include "catch.h"
#include "search/fts/store.h"
#include "search/fts/upkeep.h"
#include "swapmeet/query.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;

namespace {

// As it was written once, kept apart from the program's own migrations. Never changed.
constexpr const char* kFirstDatabase = R"sql(
CREATE TABLE meta(feed TEXT NOT NULL, revision INTEGER NOT NULL);
INSERT INTO meta VALUES('', 0);
CREATE TABLE peers(key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL DEFAULT '',
  folded TEXT NOT NULL DEFAULT '', present INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audiences(key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE docs(key INTEGER PRIMARY KEY, content BLOB NOT NULL, path TEXT NOT NULL,
  audience INTEGER NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
  type INTEGER NOT NULL, ext TEXT NOT NULL, modified INTEGER NOT NULL,
  UNIQUE(content, path, audience));
CREATE TABLE listings(peer INTEGER NOT NULL, path TEXT NOT NULL, doc INTEGER NOT NULL,
  PRIMARY KEY(peer, path)) WITHOUT ROWID;
CREATE INDEX listings_by_doc ON listings(doc, peer);
CREATE VIRTUAL TABLE words USING fts5(name, path, tokenize='unicode61 remove_diacritics 2');
PRAGMA user_version=1;
UPDATE meta SET feed='f', revision=7;
INSERT INTO peers VALUES(1, x'01000000000000000000000000000000', 'Ann', 'ann', 1);
INSERT INTO docs VALUES(1, zeroblob(32), 'music/song.mp3', 0, 'music/song.mp3', 'song.mp3', 5, 0,
  'mp3', 0);
INSERT INTO listings VALUES(1, 'music/song.mp3', 1);
INSERT INTO words(rowid, name, path) VALUES(1, 'song.mp3', 'music/song.mp3');
)sql";

std::uint64_t total(swapmeet::search_fts::Store& store) {
  return store.search({"song", {}, SortOrder::relevance, {}})->total;
}

}  // namespace

TEST_CASE("a search index of the first version starts over and finds everything again") {
  const testing::TemporaryFolder folder;
  sqlite::Database(folder.path / "search.db").execute(kFirstDatabase);
  {
    swapmeet::search_fts::Store store(folder.path, 1000);
    CHECK(*store.applied() == FeedPosition{"", 0});
    CHECK(total(store) == 0);
    Change present;
    present.kind = ChangeKind::present;
    present.peer.bytes[0] = 1;
    present.peer_name = "Ann";
    Change put;
    put.peer.bytes[0] = 1;
    put.listing.path = "music/song.mp3";
    REQUIRE(store.apply({"f", 0, 7, {present, put}}).ok());
    CHECK(total(store) == 1);
  }
  CHECK(swapmeet::search_fts::stores_in(folder.path).verify()->problems ==
        std::vector<std::string>{});
}

TEST_CASE("a search index of this version goes on where it stood") {
  const testing::TemporaryFolder folder;
  {
    sqlite::Database old(folder.path / "search.db");
    old.execute(kFirstDatabase);
    sqlite::migrate(old, swapmeet::search_fts::kMigrations);
    old.execute("UPDATE meta SET feed='f', revision=7, words='" + swapmeet::words_version() + "'");
  }
  swapmeet::search_fts::Store store(folder.path, 1000);
  CHECK(*store.applied() == FeedPosition{"f", 7});
}

TEST_CASE("a search index of a newer version is refused") {
  const testing::TemporaryFolder folder;
  sqlite::Database(folder.path / "search.db").execute("PRAGMA user_version=99");
  CHECK_THROWS_WITH(swapmeet::search_fts::Store(folder.path, 1000),
                    Catch::Contains("newer version"));
}

TEST_CASE("an index of words that were folded by other rules is filled anew, once") {
  const swapmeet::testing::TemporaryFolder folder;
  swapmeet::ChangeBatch batch{"f", 0, 1, {}};
  batch.changes.emplace_back().listing.path = "music/song.flac";
  {
    swapmeet::search_fts::Store store(folder.path, 1000);
    REQUIRE(store.apply(batch).ok());
    CHECK(store.applied()->revision == 1);
  }
  CHECK(swapmeet::search_fts::Store(folder.path, 1000).applied()->revision == 1);
  swapmeet::sqlite::Database(folder.path / "search.db").execute("UPDATE meta SET words='0'");
  {
    swapmeet::search_fts::Store store(folder.path, 1000);
    CHECK(store.applied()->revision == 0);
    REQUIRE(store.apply(batch).ok());
  }
  CHECK(swapmeet::search_fts::Store(folder.path, 1000).applied()->revision == 1);
}
