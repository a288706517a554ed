#include "search/fts/following.h"

#include <algorithm>

#include "catch.h"
#include "search/fts/loading.h"
#include "search/fts/schema.h"
#include "swapmeet/testing/temporary_folder.h"

using namespace swapmeet;
using namespace swapmeet::search_fts;

namespace {

Change put(std::uint8_t who, const std::string& path, std::uint8_t content) {
  Change change;
  change.peer = {{who}};
  change.listing.path = path;
  change.listing.content.bytes[0] = content;
  change.listing.size = 100;
  return change;
}

Change of_kind(ChangeKind kind, std::uint8_t who, const std::string& path = {}) {
  Change change;
  change.kind = kind;
  change.peer = {{who}};
  change.listing.path = path;
  return change;
}

// A database that follows batches as the store does, and the table that follows it.
struct Followed {
  Followed() { sqlite::migrate(database, kMigrations); }

  void follow(const std::vector<Change>& changes, bool from_scratch = false) {
    sqlite::Transaction transaction(database);
    Following following(database, free_keys, table.end());
    if (from_scratch) following.start_over();
    for (const auto& change : changes) following.apply(change);
    following.finish();
    transaction.commit();
    following.put_in_place(table);
    free_keys = following.take_free_keys();
    check_loads_as_it_is();
  }
  // What a start reads from the database is what the table has been told.
  void check_loads_as_it_is() {
    DocTable loaded;
    load(database, loaded);
    const auto admitted = table.admitted({});
    for (DocKey key = 1; key < std::max(table.end(), loaded.end()); ++key) {
      CAPTURE(key);
      const auto& told = table.doc(key);
      const auto& read = loaded.doc(key);
      REQUIRE((told.content == 0) == (read.content == 0));
      if (told.content == 0) continue;
      CHECK(told.size == read.size);
      CHECK(told.modified == read.modified);
      CHECK(told.name_size == read.name_size);
      CHECK(table.has_source(told) == loaded.has_source(read));
      CHECK(table.sources(told.content, admitted) ==
            loaded.sources(read.content, loaded.admitted({})));
    }
  }
  std::size_t docs() const {
    std::size_t count = 0;
    for (DocKey key = 1; key < table.end(); ++key) count += table.doc(key).content != 0;
    return count;
  }
  std::int64_t with_word(const std::string& word) {
    return database.integer("SELECT count(*) FROM words WHERE words MATCH '" + word + "'");
  }

  testing::TemporaryFolder folder;
  sqlite::Database database{folder.path / "search.db"};
  DocTable table;
  std::vector<DocKey> free_keys;
};

}  // namespace

TEST_CASE("Listings become docs, one for all peers that list the same") {
  Followed followed;
  followed.follow({of_kind(ChangeKind::present, 1), put(1, "m/song", 1), put(2, "m/song", 1),
                   put(2, "m/song two", 1), put(1, "m/film", 2)});
  CHECK(followed.docs() == 3);
  CHECK(followed.with_word("song") == 2);
  followed.follow({put(1, "m/song", 3)});  // another content: the old doc is still the other peer's
  CHECK(followed.docs() == 4);
  followed.follow({of_kind(ChangeKind::remove, 2, "m/song")});
  CHECK(followed.docs() == 3);
  CHECK(followed.with_word("song") == 2);
}

TEST_CASE("A doc that nobody lists any more is gone with its words, and its key is used again") {
  Followed followed;
  followed.follow({put(1, "m/song", 1), put(1, "m/film", 2)});
  followed.follow({of_kind(ChangeKind::remove, 1, "m/song")});
  CHECK(followed.docs() == 1);
  CHECK(followed.with_word("song") == 0);
  CHECK(followed.free_keys == std::vector<DocKey>{1});
  followed.follow({put(1, "m/other", 3)});
  CHECK(followed.free_keys.empty());
  CHECK(followed.table.end() == 3);
  CHECK(followed.with_word("other") == 1);
}

TEST_CASE("What comes and goes within one batch leaves nothing") {
  Followed followed;
  followed.follow({put(1, "m/song", 1), of_kind(ChangeKind::remove, 1, "m/song")});
  CHECK(followed.docs() == 0);
  CHECK(followed.with_word("song") == 0);
  followed.follow({put(1, "m/song", 1)});
  followed.follow({of_kind(ChangeKind::remove, 1, "m/song"), put(1, "m/song", 1)});
  CHECK(followed.docs() == 1);
  CHECK(followed.with_word("song") == 1);
}

TEST_CASE("Clearing takes a peer's listings and no other's") {
  Followed followed;
  followed.follow({put(1, "m/song", 1), put(1, "m/film", 2), put(2, "m/film", 2)});
  followed.follow({of_kind(ChangeKind::clear, 1)});
  CHECK(followed.docs() == 1);
  CHECK(followed.with_word("film") == 1);
}

TEST_CASE("A listing of a file that is not whole is as none") {
  Followed followed;
  auto partial = put(1, "m/song", 1);
  partial.listing.have = 50;
  followed.follow({partial});
  CHECK(followed.docs() == 0);
  followed.follow({put(1, "m/song", 1)});
  CHECK(followed.docs() == 1);
  followed.follow({partial});
  CHECK(followed.docs() == 0);
}

TEST_CASE("A peer that is absent keeps its name") {
  Followed followed;
  auto present = of_kind(ChangeKind::present, 1);
  present.peer_name = "Ann";
  followed.follow({present, put(1, "m/song", 1)});
  followed.follow({of_kind(ChangeKind::absent, 1)});
  CHECK(followed.table.peers_named("ann") == std::vector<bool>{false, true});
  CHECK_FALSE(followed.table.has_source(followed.table.doc(1)));
}

TEST_CASE("Starting over leaves nothing of before") {
  Followed followed;
  followed.follow({put(1, "m/song", 1), put(2, "m/film", 2)});
  followed.follow({put(3, "m/other", 3)}, true);
  CHECK(followed.docs() == 1);
  CHECK(followed.with_word("song") == 0);
  CHECK(followed.database.integer("SELECT count(*) FROM peers") == 1);
}
